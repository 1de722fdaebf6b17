// Runs before the first paint, so that a dark page never flashes white.
(() => {
  const dark = matchMedia("(prefers-color-scheme: dark)");
  const stored = () => { try { return localStorage.getItem("theme"); } catch { return null; } };
  let choice = ["light", "dark"].includes(stored()) ? stored() : "system";
  let told = null;
  const isDark = () => choice === "dark" || (choice === "system" && dark.matches);
  const apply = () => {
    document.documentElement.dataset.theme = isDark() ? "dark" : "light";
    told?.invokeMethodAsync("Themed", choice, isDark());
  };
  dark.addEventListener("change", apply);
  apply();
  // All that MudBlazor's theme provider and buttons ask of MudBlazor's own script, which would be 15 kB to load; it is looked for by the first name.
  window.mudElementRef = {};
  window.mudThemeProvider = { isDarkMode: () => dark.matches, watchDarkMode() {}, stopWatchingDarkMode() {} };
  window.labTheme = {
    listen(listener) { told = listener; apply(); },
    choose(next) {
      choice = next;
      try { next === "system" ? localStorage.removeItem("theme") : localStorage.setItem("theme", next); } catch { /* private mode: lasts for this page */ }
      apply();
    },
  };
})();
