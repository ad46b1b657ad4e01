// Live findings: when newer ones are there, load the page and put its content in place of the old one.
"use strict";
(() => {
  let live = document.getElementById("live");
  if (!live || !window.EventSource) return;
  const say = () => {
    const [still, moving] = ["pulse", "pulse-live"].map((id) => document.getElementById(id));
    if (still && moving) {
      still.hidden = true;
      moving.hidden = false;
    }
  };
  let busy = false;
  let again = false;
  let wanted = 0; // the record's size that was announced
  let tries = 0;
  const size = (item) => Number(item.dataset.size);
  const refresh = async () => {
    if (busy) {
      again = true;
      return;
    }
    busy = true;
    try {
      const answer = await fetch(location.href, { headers: { accept: "text/html" } });
      if (answer.ok) {
        const page = new DOMParser().parseFromString(await answer.text(), "text/html");
        const fresh = page.getElementById("live");
        const late = fresh && size(fresh) < wanted && tries++ < 30; // another worker answers, which computes still
        if (late) setTimeout(refresh, 1000);
        if (fresh && size(fresh) < size(live)) return;
        if (fresh && !live.contains(document.activeElement)) {
          const open = [...live.querySelectorAll("details")].map((item) => item.open);
          [...fresh.querySelectorAll("details")].forEach((item, place) => (item.open = open[place] ?? false));
          live.replaceWith(fresh);
          live = fresh;
          say();
        } else if (fresh && !late) {
          setTimeout(refresh, 3000);
        }
      }
    } finally {
      busy = false;
      if (again) {
        again = false;
        refresh();
      }
    }
  };
  const source = new EventSource(live.dataset.live + "?since=" + live.dataset.size);
  source.onopen = say;
  source.onmessage = (event) => {
    if (Number(event.data) === size(live)) return;
    wanted = Number(event.data);
    tries = 0;
    refresh();
  };
})();
// What is left of the 100 points, while they are shared out.
(() => {
  const left = document.getElementById("left");
  const weights = [...document.querySelectorAll("[data-weight]")];
  if (!left || !weights.length) return;
  const ends = (field) => {
    const issue = field.closest("fieldset");
    const parts = field.value.trim().replaceAll(",", ".").split(/\s*(?:-|–|\.\.)\s*/).filter(Boolean).map(Number);
    const upper = issue.querySelector("[data-to]").value.trim().replaceAll(",", ".");
    if (upper && parts.length && issue.querySelector('[value="ranges"]').checked) parts[1] = Number(upper);
    return parts.length ? [parts[0], parts[parts.length - 1]] : [0, 0];
  };
  const count = () => {
    const all = weights.map(ends);
    const [low, high] = [0, 1].map((end) => all.reduce((sum, pair) => sum + pair[end], 0));
    const rest = 100 - Math.min(Math.max(100, low), high);
    left.textContent = Number.isFinite(rest) ? (Math.round(rest * 1e6) / 1e6).toLocaleString(document.documentElement.lang) : "?";
    left.parentElement.classList.toggle("off", Math.abs(rest) > 1e-6);
  };
  left.closest("form").addEventListener("input", count);
  count();
})();
