// What the pages of portal and administration do better with a script; without it all of it still works.
"use strict";

(() => {
  // Times are written in UTC; here they become the reader's own.
  const localTimes = (root) => {
    const language = document.documentElement.lang;
    for (const time of root.querySelectorAll("time.moment[datetime]")) {
      const at = new Date(time.dateTime);
      if (Number.isNaN(at.valueOf())) continue;
      time.title = time.textContent.trim();
      time.textContent = new Intl.DateTimeFormat(language, { dateStyle: "medium", timeStyle: "short" }).format(at);
      time.classList.remove("moment");
    }
  };

  const copy = async (button) => {
    const source = document.getElementById(button.dataset.copy);
    const text = source.value ?? source.textContent;
    try {
      await navigator.clipboard.writeText(text.trim());
    } catch {
      const range = document.createRange();
      range.selectNodeContents(source);
      getSelection().removeAllRanges();
      getSelection().addRange(range);
      return;
    }
    const label = button.textContent;
    button.textContent = button.dataset.copied;
    setTimeout(() => { button.textContent = label; }, 2000);
  };

  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-copy]");
    if (button) copy(button);
    if (event.target.closest("[data-close]")) {
      const dialog = event.target.closest("dialog");
      if (dialog) {
        event.preventDefault();
        dialog.close();
      }
    }
  });

  // Buttons that only make sense with a script, or only without.
  const dress = (root) => {
    for (const element of root.querySelectorAll("[data-with-script]")) element.hidden = false;
    for (const element of root.querySelectorAll("[data-without-script]")) element.hidden = true;
    localTimes(root);
  };

  // A list may be looked up once more while somebody chooses from it: what was chosen meanwhile stays chosen.
  let chosen = [];
  document.addEventListener("htmx:beforeSwap", (event) => {
    chosen = [...event.target.querySelectorAll("input[type=radio]:checked")].map(({ name, value }) => [name, value]);
  });
  document.addEventListener("htmx:afterSwap", (event) => {
    for (const [name, value] of chosen) {
      const again = event.target.querySelector(`input[type=radio][name="${CSS.escape(name)}"][value="${CSS.escape(value)}"]`);
      if (again) again.checked = true;
    }
    chosen = [];
  });

  // A page fragment that was put into a dialog opens it.
  document.addEventListener("htmx:afterSwap", (event) => {
    const dialog = event.target.closest("dialog");
    if (dialog && !dialog.open && dialog.childElementCount > 0) dialog.showModal();
    dress(event.target);
  });

  // What was wrong with a value says nothing of the next one, which is looked at while it is typed.
  document.addEventListener("input", (event) => {
    const field = event.target.closest("[hx-get] .field.faulty");
    if (!field) return;
    field.classList.remove("faulty");
    field.querySelector(".error")?.remove();
    event.target.removeAttribute("aria-invalid");
  });

  // On a narrow page the tab that is open may stand outside of its line.
  const tab = document.querySelector(".tabs [aria-current]");
  if (tab) tab.parentElement.scrollLeft = tab.offsetLeft - (tab.parentElement.clientWidth - tab.offsetWidth) / 2;

  // Filters take effect when they are changed.
  document.addEventListener("change", (event) => {
    if (event.target.matches("form[data-submits] select, form[data-submits] input[type=date]")) event.target.form.requestSubmit();
  });
  dress(document);
})();
