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
  // Where the browser keeps nothing, it lasts for this page.
  const keeper = storage => {
    const here = {};
    return {
      get(key) { try { return window[storage].getItem(key); } catch { return here[key] ?? null; } },
      set(key, value) { try { value === null ? window[storage].removeItem(key) : window[storage].setItem(key, value); } catch { here[key] = value; } },
    };
  };
  const inTab = keeper("sessionStorage"), inStore = keeper("localStorage");
  window.labLanguage = {
    read() {
      const all = document.documentElement.dataset.languages.split(" "), known = l => all.find(one => one === l?.toLowerCase().split("-")[0]);
      const asked = known(new URLSearchParams(location.search).get("lang"));
      if (asked) inTab.set("language", asked);
      const found = asked ?? [inTab.get("language"), inStore.get("language"), ...(navigator.languages ?? [navigator.language])].map(known).find(l => l) ?? all[0];
      document.documentElement.lang = found;
      return found;
    },
    choose(language) { inStore.set("language", language); },
  };
  // What stands in the document itself is shown in it before the page has loaded.
  window.labLanguage.read();

  // --- settings: what the address asks for holds in this tab, wherever its links lead, until a hand settles it anew ---
  const asked = new URLSearchParams(location.search);
  for (const name of ["predict", "keys"]) if (["on", "off"].includes(asked.get(name))) inTab.set(`setting.${name}`, asked.get(name));
  window.labSettings = {
    read: name => inTab.get(`setting.${name}`) ?? inStore.get(`setting.${name}`),
    write(name, value) {
      inTab.set(`setting.${name}`, null);
      inStore.set(`setting.${name}`, value);
    },
  };

  // --- the lessons that were played to their end here ---
  const done = () => { try { return JSON.parse(inStore.get("done")) ?? []; } catch { return []; } };
  window.labDone = {
    read: () => done().filter(id => typeof id === "string").slice(0, 1000),
    add(id) { inStore.set("done", JSON.stringify([...new Set([...window.labDone.read(), id])])); },
  };
})();
