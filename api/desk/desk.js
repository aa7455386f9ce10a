// Which page is shown, by the part of the address behind #; and coming and going.

import { ask, token } from "./ask.js";
import { busily, byId, complain, say } from "/frame/make.js";
import { prepareRegister, showRegister } from "./register.js";
import { prepareSource, showSource } from "./source.js";
import { showSources } from "./sources.js";

const PAGES = ["enter", "sources", "register", "source"];

function open(page) {
  for (const name of PAGES) byId(`page-${name}`).hidden = name !== page;
  byId("menu").hidden = page === "enter";
  const heading = byId(`h-${page}`);
  document.title = `${heading.textContent} · Homegroup desk`;
  // A person who listens hears where they are; one who looks begins at the top.
  heading.focus();
  window.scrollTo(0, 0);
}

async function route() {
  byId("alert").replaceChildren();
  if (!token.get()) return open("enter");
  const [, page = "", id = ""] = location.hash.split("/");
  try {
    if (page === "register") {
      await showRegister(decodeURIComponent(id));
      open("register");
    } else if (page === "source") {
      await showSource(decodeURIComponent(id));
      open("source");
    } else {
      await showSources();
      open("sources");
    }
  } catch (error) {
    if (error.token) leave();
    else open(page === "source" || page === "register" ? "sources" : "enter");
    complain(error.message);
  }
}

function leave() {
  token.forget();
  say("");
  byId("sources").replaceChildren();
  byId("preview").replaceChildren();
  byId("history").replaceChildren();
  byId("token").value = "";
  if (location.hash !== "#/") history.replaceState(null, "", "#/");
  open("enter");
}

async function showRole() {
  const { viewer } = await ask("{ viewer { role } }");
  byId("to-register").hidden = viewer.role !== "ADMIN";
}

async function enter(form) {
  token.keep(byId("token").value.trim());
  try {
    await busily(form, "Opening the desk…", showRole);
    byId("token").value = "";
    say("");
    await route();
  } catch (error) {
    token.forget();
    complain(error.message);
    byId("token").focus();
  }
}

prepareRegister();
prepareSource();
byId("enter").addEventListener("submit", (event) => {
  event.preventDefault();
  enter(event.currentTarget);
});
byId("leave").addEventListener("click", leave);
// What is dropped beside the place for it must not take the desk's place in the window.
for (const name of ["dragover", "drop"]) window.addEventListener(name, (event) => event.preventDefault());
window.addEventListener("hashchange", route);
if (token.get()) showRole().catch(() => {});
route();
