// Small comforts; every page works without them.
"use strict";

for (const form of document.querySelectorAll("form[data-auto]")) {
  const send = () => form.requestSubmit();
  form.addEventListener("change", event => {
    if (event.target.matches("select, [type=checkbox]")) send();
  });
  form.addEventListener("submit", () => {
    for (const field of form.elements) {
      const untouched = field.tagName === "SELECT" && field.selectedOptions[0]?.hasAttribute("data-default");
      if (field.name && (field.value === "" || untouched)) field.disabled = true;
    }
  });
}

// Coming back by the back button finds the fields as they were, not disabled.
addEventListener("pageshow", () => {
  for (const field of document.querySelectorAll("form[data-auto] :disabled")) field.disabled = false;
});

if (navigator.clipboard) {
  for (const button of document.querySelectorAll("[data-copy]")) {
    button.hidden = false;
    button.addEventListener("click", async () => {
      await navigator.clipboard.writeText(document.getElementById(button.dataset.copy).textContent);
      button.textContent = "Copied";
    });
  }
}
