// A page keeps itself up to date: it is asked for again by its ETag, and only what differs is put in place, so that
// nothing jumps, closes or loses the keyboard. Without this script a page is what it was when it was asked for.
"use strict";

(() => {
  const EVERY = 15_000; // milliseconds: a poll that finds nothing new costs one small read
  const AT_MOST = 20 * EVERY; // between two tries while nobody answers
  const QUIET = 60_000; // a screen reader is told no more often than this

  const main = document.querySelector("main[data-etag]");
  const line = document.getElementById("live");
  if (!main || !line) return;
  const told = line.querySelector("[role=status]");
  const button = line.querySelector("button");
  let etag = main.dataset.etag;
  let wait = EVERY;
  let timer = 0;
  let toldAt = 0;
  let asking = false;
  let stopped = sessionStorage.getItem("stands-still") === "yes";

  const isKept = (node) => node.nodeType === Node.ELEMENT_NODE && node.hasAttribute("data-keep");

  function bring(old, fresh) {
    if (isKept(old)) return;
    if (old.nodeType !== fresh.nodeType || old.nodeName !== fresh.nodeName) {
      old.replaceWith(document.importNode(fresh, true));
    } else if (old.nodeType !== Node.ELEMENT_NODE) {
      if (old.nodeValue !== fresh.nodeValue) old.nodeValue = fresh.nodeValue;
    } else {
      bringAttributes(old, fresh);
      bringChildren(old, fresh);
    }
  }

  function bringAttributes(old, fresh) {
    for (const { name, value } of fresh.attributes) {
      if (old.getAttribute(name) !== value) old.setAttribute(name, value);
    }
    for (const name of old.getAttributeNames()) {
      if (!fresh.hasAttribute(name) && name !== "open") old.removeAttribute(name); // what a reader opened stays open
    }
  }

  function bringChildren(old, fresh) {
    const [before, after] = [[...old.childNodes], [...fresh.childNodes]];
    after.forEach((node, at) => {
      if (at < before.length) bring(before[at], node);
      else old.append(document.importNode(node, true));
    });
    before.slice(after.length).forEach((node) => node.remove());
  }

  function show(page) {
    const who = (of) => of.querySelector(".who")?.textContent.trim();
    if (who(page) !== who(document)) return location.reload(); // other figures: nobody may take them for those of before
    const before = main.textContent;
    bring(document.body, page.body);
    const now = Date.now();
    if (main.textContent === before || now - toldAt < QUIET) return;
    toldAt = now;
    const time = new Date().toLocaleTimeString("nl-NL", { hour: "2-digit", minute: "2-digit" });
    told.textContent = `Cijfers bijgewerkt om ${time} uur.`;
  }

  async function ask() {
    if (asking || stopped || document.hidden) return;
    asking = true;
    try {
      const answer = await fetch(location.href, { headers: { "If-None-Match": etag } });
      if ([401, 403, 404].includes(answer.status)) return location.reload(); // a login that has ended
      if (answer.status !== 304 && !answer.ok) throw new Error(answer.statusText);
      if (answer.ok) {
        const page = new DOMParser().parseFromString(await answer.text(), "text/html");
        if (!stopped) show(page);
        etag = answer.headers.get("ETag") ?? etag;
      }
      wait = EVERY;
    } catch {
      wait = Math.min(2 * wait, AT_MOST);
    } finally {
      asking = false;
      goOn();
    }
  }

  function goOn() {
    clearTimeout(timer);
    if (!stopped) timer = setTimeout(ask, wait);
    button.textContent = stopped ? "Werk weer vanzelf bij" : "Werk niet vanzelf bij";
  }

  button.addEventListener("click", () => {
    stopped = !stopped;
    sessionStorage.setItem("stands-still", stopped ? "yes" : "no");
    goOn();
    ask();
  });
  document.addEventListener("visibilitychange", ask);
  line.classList.add("runs");
  goOn();
})();
