// Where a part of the page does not come, Blazor may stay silent and the splash for ever. The words go with the splash: Blazor asks again, and may succeed.
(() => {
  const failed = () => document.getElementById("boot-failed")?.removeAttribute("hidden");
  // The address that a link leaves empty is the base's: the page that one was on is this document's.
  addEventListener("click", e => {
    if (!e.target.closest("[data-reload]")) return;
    e.preventDefault();
    location.reload();
  });
  addEventListener("error", e => e.target instanceof HTMLScriptElement && failed(), true);
  const get = fetch;
  window.fetch = (...asked) => get(...asked).then(
    answer => { if (!answer.ok) failed(); return answer; },
    error => { failed(); throw error; });
})();
