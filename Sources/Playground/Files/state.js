// What outlives a reload: the form in the address's fragment, which is never sent anywhere and can be shared; the theme in this browser.

const themeStore = "kvota-theme";
const themes = ["system", "light", "dark"];

function controls(...forms) {
  return forms.flatMap((form) => [...form.elements]).filter(({ name, type }) => name && type !== "submit" && type !== "fieldset");
}

// Browsers take some 200 changes of the address in half a minute and drop the rest, the last one too: so not one for each key.
const saveMilliseconds = 300;
let timer;

export function save(...forms) {
  clearTimeout(timer);
  timer = setTimeout(() => write(...forms), saveMilliseconds);
}

function write(...forms) {
  const state = {};
  for (const control of controls(...forms)) {
    if (control.type === "checkbox") {
      if (control.checked) state[control.name] = true;
    } else if (control.type === "radio") {
      if (control.checked) state[control.name] = control.value;
    } else if (control.value !== "") {
      state[control.name] = control.value;
    }
  }
  history.replaceState(null, "", `#${encodeURIComponent(JSON.stringify(state))}`);
}

// Leaves alone what the fragment does not name, and all if it cannot be read.
export function restore(...forms) {
  let state;
  try { state = JSON.parse(decodeURIComponent(location.hash.slice(1))); } catch { return; }
  for (const control of controls(...forms)) {
    if (!Object.hasOwn(state ?? {}, control.name)) continue;
    const value = state[control.name];
    if (control.type === "checkbox") control.checked = value === true;
    else if (control.type === "radio") control.checked = control.value === value;
    else control.value = String(value);
  }
}

export function startTheme(button) {
  const show = (theme) => {
    document.documentElement.dataset.theme = theme;
    button.textContent = `Theme: ${theme}`;
  };
  show(themes.includes(localStorage.getItem(themeStore)) ? localStorage.getItem(themeStore) : "system");
  button.addEventListener("click", () => {
    const next = themes[(themes.indexOf(document.documentElement.dataset.theme) + 1) % themes.length];
    localStorage.setItem(themeStore, next);
    show(next);
  });
}
