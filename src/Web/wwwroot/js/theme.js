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
  window.labTheme = {
    listen(listener) { told = listener; apply(); },
    choose(next) {
      choice = next;
      try { next === "system" ? localStorage.removeItem("theme") : localStorage.setItem("theme", next); } catch { /* private mode: lasts for this page */ }
      apply();
    },
  };
  // --- the language: what the address asks for, or asked for before in this tab, what was chosen here, what the browser reads ---
  const inStore = { get: key => { try { return localStorage.getItem(key); } catch { return null; } }, set: (key, value) => { try { localStorage.setItem(key, value); } catch { /* private mode: lasts for this page */ } } };
  window.labLanguage = {
    read(all) {
      const known = l => all.find(one => one === l?.toLowerCase().split("-")[0]);
      const asked = known(new URLSearchParams(location.search).get("lang"));
      try { if (asked) sessionStorage.setItem("language", asked); } catch { /* private mode: lasts for this page */ }
      const inTab = () => { try { return sessionStorage.getItem("language"); } catch { return null; } };
      const found = asked ?? [inTab(), inStore.get("language"), ...(navigator.languages ?? [navigator.language])].map(known).find(l => l) ?? all[0];
      document.documentElement.lang = found;
      return found;
    },
    choose(language) { inStore.set("language", language); },
  };

  window.labSettings = { read: name => inStore.get(`setting.${name}`), write: (name, value) => inStore.set(`setting.${name}`, value) };

  // --- the lessons that were played to their end here ---
  const done = () => { try { return JSON.parse(inStore.get("done")) ?? []; } catch { return []; } };
  window.labDone = {
    read: () => done().filter(id => typeof id === "string").slice(0, 1000),
    add(id) { inStore.set("done", JSON.stringify([...new Set([...window.labDone.read(), id])])); },
  };
})();
