// Searches the archive without a server: the index lies beside the page, a file for each month, the newest first.
"use strict";
(() => {
  const form = document.querySelector("form.search");
  // Pages opened from a disk may not read files beside them.
  if (!form || location.protocol === "file:") return;
  const field = form.querySelector("input");
  const list = document.getElementById("found");
  const count = document.getElementById("count");
  const shards = form.dataset.shards.split(" ").filter(Boolean);
  const known = new Map();
  const most = 100;
  let asked = 0;

  const plain = (text) => text.normalize("NFKD").replace(/\p{M}/gu, "").toLowerCase();

  const load = (shard) => {
    if (!known.has(shard)) {
      const answer = fetch("search/" + shard + ".json").then((reply) => {
        if (!reply.ok) throw new Error(reply.status);
        return reply.json();
      });
      answer.catch(() => known.delete(shard));
      known.set(shard, answer);
    }
    return known.get(shard);
  };

  const show = (edition, story) => {
    const item = document.createElement("li");
    const link = document.createElement("a");
    link.href = edition.page + (story.at ? "#" + story.at : "");
    const time = document.createElement("time");
    time.dateTime = edition.day;
    time.textContent = edition.date;
    const title = document.createElement("span");
    title.className = "title";
    title.dir = "auto";
    title.textContent = story.headline;
    link.append(time, title);
    const source = document.createElement("span");
    source.className = "by";
    source.dir = "auto";
    source.textContent = story.source;
    item.append(link, " ", source);
    list.append(item);
  };

  const search = async () => {
    const turn = ++asked;
    const words = plain(field.value).split(/\s+/).filter(Boolean);
    list.replaceChildren();
    count.textContent = "";
    list.hidden = words.length === 0;
    if (words.length === 0) return;
    let found = 0;
    for (const shard of shards) {
      let editions;
      try {
        editions = await load(shard);
      } catch {
        continue;
      }
      if (turn !== asked) return;
      for (const edition of editions) {
        for (const story of edition.stories) {
          const text = plain(story.headline + " " + story.source + " " + story.text);
          if (!words.every((word) => text.includes(word))) continue;
          found += 1;
          if (found <= most) show(edition, story);
        }
      }
      count.textContent = found > 0 ? String(found) : "";
      if (found >= most) break;
    }
    if (found === 0) count.textContent = form.dataset.none;
  };

  let wait;
  field.addEventListener("input", () => {
    clearTimeout(wait);
    wait = setTimeout(search, 200);
  });
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    history.replaceState(null, "", field.value ? "?q=" + encodeURIComponent(field.value) : location.pathname);
    search();
  });
  form.hidden = false;
  field.value = new URLSearchParams(location.search).get("q") || "";
  if (field.value) search();
})();
