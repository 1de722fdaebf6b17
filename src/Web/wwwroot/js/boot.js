// Blazor itself says when a part of the page does not come; when Blazor did not come, nobody else would.
if (!window.Blazor) document.getElementById("blazor-error-ui").style.display = "block";
