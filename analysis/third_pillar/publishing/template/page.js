/* The page works without this: text, tables and number links are plain HTML. Scripts draw the
   charts, save them, and bring the reader back from the list of numbers. */
(() => {
  "use strict";
  const all = (selector, root = document) => [...root.querySelectorAll(selector)];
  const read = (id) => JSON.parse(document.getElementById(id).textContent);
  const figures = read("tp-figures");
  const look = read("tp-look");
  const plots = new Map(all(".plot").map((div) => [div.dataset.figure, div]));
  const darkScreen = matchMedia("(prefers-color-scheme: dark)");
  const paper = matchMedia("print");
  const PRINT_WIDTH = 640;
  const PRINT_HEIGHT = 0.74;
  const NARROW = 560;
  let printing = false;
  let loading;

  /* ---- plotly ---- */
  async function unpack() {
    const packed = atob(document.getElementById("tp-plotly").textContent.trim());
    const bytes = Uint8Array.from(packed, (letter) => letter.charCodeAt(0));
    const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"));
    const script = document.createElement("script");
    script.textContent = await new Response(stream).text();
    document.head.append(script);
    if (!window.Plotly) throw new Error("plotly.js did not start");
    return window.Plotly;
  }
  const loadPlotly = () => (loading ??= unpack());

  /* ---- fitting a figure to its place ---- */
  const recolour = (value) => {
    if (typeof value === "string") return look.swap[value.toLowerCase()] ?? value;
    if (Array.isArray(value)) return value.map(recolour);
    if (value && typeof value === "object") {
      return Object.fromEntries(Object.entries(value).map(([key, part]) => [key, recolour(part)]));
    }
    return value;
  };

  /* Lines of at most so many letters; breaks and bold of the figure's own are kept. */
  const seen = (text) => text.replace(/<[^>]*>/g, "");
  const wrapLine = (text, letters) => {
    const lines = [""];
    for (const word of text.match(/(?:<[^>]*>|[^\s<]|<)+/g) ?? []) {
      const last = lines[lines.length - 1];
      if (last && seen(last).length + seen(word).length + 1 > letters) lines.push(word);
      else lines[lines.length - 1] = last ? `${last} ${word}` : word;
    }
    return lines.join("<br>");
  };
  const wrap = (text, letters) =>
    text.split(/<br *\/?>/).map((line) => wrapLine(line, letters)).join("<br>");

  const isCategory = (value) =>
    typeof value === "string" && !/^\s*-?[\d.]+\s*$/.test(value) && !/^\d{4}-\d\d/.test(value);

  function wrapTicks(data, layout, width) {
    for (const letter of ["x", "y"]) {
      const names = new Set(data.map((trace) => trace[`${letter}axis`] || letter));
      for (const name of names) {
        const key = `${letter}axis${name.slice(1)}`;
        const axis = (layout[key] ??= {});
        if (letter === "x" && axis.ticktext?.every(isCategory)) {
          const each = Math.floor((width - 90) / axis.ticktext.length / 6.6);
          axis.ticktext = axis.ticktext.map((text) => wrap(text, Math.max(6, each)));
          axis.tickangle ??= 0;
          if (width < NARROW) axis.tickfont = { ...axis.tickfont, size: 11 };
        }
        const mine = data.filter((trace) => (trace[`${letter}axis`] || letter) === name);
        const values = [...new Set(mine.flatMap((trace) => trace[letter] || []))];
        if (!values.length || axis.tickvals || axis.showticklabels === false) continue;
        const years = values.every((value) => value >= 1900 && value <= 2100);
        if (!years && !axis.tickformat && axis.type !== "date") axis.separatethousands ??= true;
        if (!values.every(isCategory)) continue;
        const share = Math.floor((width - 50) / values.length / 6.6);
        const letters = letter === "y" ? (width < NARROW ? 18 : 30) : Math.max(7, share);
        Object.assign(axis, { type: "category", tickmode: "array", tickvals: values });
        axis.ticktext = values.map((value) => wrap(value, letters));
        if (letter === "y") {
          const lines = axis.ticktext.map((text) => text.split("<br>").length);
          const pairs = lines.slice(1).map((count, place) => count + lines[place]);
          const step = (Math.max(0, ...pairs) / 2) * 15 + 8;
          const needed = 90 + 22 * legendRows({ data, layout }, width) + values.length * step;
          layout.height = Math.max(layout.height, needed);
        }
        if (letter === "x") {
          axis.tickangle ??= 0;
          if (width < NARROW) axis.tickfont = { ...axis.tickfont, size: 11 };
        }
      }
    }
  }

  /* Labels inside bars: dark or light ink, whichever reads better on the bar's own colour. */
  function luminance(colour) {
    const parts = [1, 3, 5].map((place) => parseInt(colour.slice(place, place + 2), 16) / 255);
    const [r, g, b] = parts.map((p) => (p <= 0.04045 ? p / 12.92 : ((p + 0.055) / 1.055) ** 2.4));
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  }
  const inkOn = (colour) =>
    /^#[0-9a-f]{6}$/i.test(colour) && luminance(colour) < 0.19 ? "#ffffff" : "#14171b";
  function inkLabels(data) {
    for (const trace of data) {
      const colour = trace.marker?.color;
      const inside = [].concat(trace.textposition).includes("inside");
      if (trace.type !== "bar" || !inside || !colour) continue;
      const ink = Array.isArray(colour) ? colour.map(inkOn) : inkOn(colour);
      trace.insidetextfont = { ...trace.textfont, ...trace.insidetextfont, color: ink };
    }
  }

  const named = (spec) => spec.data.filter((trace) => trace.name && trace.showlegend !== false);
  const hasLegend = (spec) =>
    spec.layout.showlegend ?? (spec.data.length > 1 && named(spec).length > 0);

  function legendRows(spec, width) {
    if (!hasLegend(spec)) return 0;
    const needed = named(spec).map(({ name }) => 52 + 6.8 * name.length);
    if (needed.reduce((sum, one) => sum + one, 0) <= width) return 1;
    return Math.ceil(needed.length / Math.max(1, Math.floor(width / Math.max(...needed))));
  }

  function wrapTitles(layout, width) {
    for (const [key, axis] of Object.entries(layout)) {
      const found = /^([xy])axis\d*$/.exec(key);
      const text = found && (axis.title?.text ?? (typeof axis.title === "string" && axis.title));
      if (!text) continue;
      const room = found[1] === "x" ? width - 120 : layout.height - 110;
      const whole = text.replace(/ (\S{1,3})$/, "\u00A0$1");
      axis.title = { ...(axis.title.text ? axis.title : {}), text: wrap(whole, room / 6.6) };
    }
  }

  function heightOf(spec, width) {
    const asked = spec.layout.height || 400;
    // Bars that lie, and panels one below the other, need their height on a phone too.
    const lying = spec.data.some((trace) => trace.orientation === "h") || "yaxis3" in spec.layout;
    const rows = legendRows(spec, width);
    if (printing) return Math.max(170, asked * PRINT_HEIGHT) + Math.max(0, rows - 1) * 20;
    if (width >= NARROW) return asked + Math.max(0, rows - 1) * 20;
    return (lying ? asked : Math.min(asked, Math.max(300, width * 0.9))) + rows * 22;
  }

  function fit(spec, width, dark) {
    const plain = structuredClone({ data: spec.data, layout: spec.layout });
    const { data, layout } = dark ? recolour(plain) : plain;
    const narrow = width < NARROW;
    delete layout.title;
    Object.assign(layout, {
      template: dark ? look.dark : look.light,
      paper_bgcolor: "rgba(0,0,0,0)",
      plot_bgcolor: "rgba(0,0,0,0)",
      autosize: false,
      width,
      height: heightOf(spec, width),
      font: { ...layout.font, size: narrow ? 12 : 13 },
    });
    if (narrow) {
      layout.legend = {
        ...layout.legend,
        ...{ orientation: "h", x: 0, xref: "container", xanchor: "left" },
        ...{ y: 0, yref: "container", yanchor: "bottom", entrywidth: undefined },
      };
      layout.annotations = (layout.annotations || [])
        .filter((note) => note.name !== "wide-only")
        .map((note) => ({ align: note.xanchor, ...note, text: wrap(note.text ?? "", 22) }));
    }
    inkLabels(data);
    wrapTicks(data, layout, width);
    wrapTitles(layout, width);
    return { data, layout };
  }

  /* Annotations that overlap or leave the drawing are moved: inwards, then down; on a phone,
     where the legend is below, those near the top go up and the drawing grows. */
  function declutter(div) {
    const frame = div.querySelector(".main-svg")?.getBoundingClientRect();
    const moves = {};
    const placed = [];
    let growth = 0;
    for (const group of all(".annotation", div)) {
      const name = `annotations[${group.dataset.index}]`;
      const note = div.layout.annotations[group.dataset.index];
      const box = group.getBoundingClientRect();
      if (note.showarrow || !box.width) continue;
      const aside = Math.max(0, frame.left + 2 - box.left) - Math.max(0, box.right - frame.right + 2);
      const rises = frame.width < NARROW && box.bottom < frame.top + frame.height / 3;
      const step = rises ? -4 : 4;
      const at = (down) => ({
        left: box.left + aside,
        right: box.right + aside,
        top: box.top + down,
        bottom: box.bottom + down,
      });
      const meets = (one, two) => one.left < two.right && one.right > two.left &&
        one.top < two.bottom && one.bottom > two.top;
      let down = 0;
      while (Math.abs(down) < 120 && placed.some((other) => meets(at(down), other))) down += step;
      if (aside) moves[`${name}.xshift`] = (note.xshift || 0) + aside;
      if (down) moves[`${name}.yshift`] = (note.yshift || 0) - down;
      growth = Math.max(growth, frame.top + 2 - at(down).top);
      placed.push(at(down));
    }
    if (growth > 2) {
      moves["margin.t"] = div._fullLayout.margin.t + growth;
      moves.height = div.layout.height + growth;
    }
    return Object.keys(moves).length ? window.Plotly.relayout(div, moves) : undefined;
  }

  /* ---- drawing ---- */
  function paint(id) {
    const div = plots.get(id);
    const width = printing ? PRINT_WIDTH : Math.floor(div.clientWidth);
    if (!width) return Promise.resolve();
    const dark = darkScreen.matches && !printing;
    div.dataset.drawnAt = `${width} ${dark}`;
    const { data, layout } = fit(figures[id].figure, width, dark);
    return window.Plotly.react(div, data, layout, look.config)
      .then(() => declutter(div))
      .then(() => {
        div.dataset.state = "drawn";
      });
  }

  async function draw(id) {
    try {
      await loadPlotly();
      await paint(id);
    } catch (error) {
      const figure = document.getElementById(id);
      figure.classList.add("undrawn");
      figure.querySelector(".plot-fallback").textContent =
        "The chart could not be drawn in this browser; its data are in the table below.";
      figure.querySelector("details").open = true;
      console.error(`${id}: ${error.message}`);
    }
  }

  const drawAll = () => Promise.all([...plots.keys()].map(draw));
  const repaint = () => {
    if (!window.Plotly) return;
    for (const [id, div] of plots) {
      const now = `${Math.floor(div.clientWidth)} ${darkScreen.matches}`;
      if (div.dataset.state === "drawn" && div.dataset.drawnAt !== now) paint(id);
    }
  };

  const near = new IntersectionObserver(
    (entries) => {
      for (const entry of entries.filter((one) => one.isIntersecting)) {
        near.unobserve(entry.target);
        draw(entry.target.dataset.figure);
      }
    },
    { rootMargin: "800px 0px" },
  );
  let settle;
  const sizes = new ResizeObserver(() => {
    if (printing) return;
    clearTimeout(settle);
    settle = setTimeout(repaint, 120);
  });

  /* Paper is light, of one width, and complete: whatever was not scrolled to is drawn now. */
  function startPrint() {
    if (printing || !window.Plotly) return;
    printing = true;
    for (const id of plots.keys()) paint(id);
  }
  function endPrint() {
    if (!printing) return;
    printing = false;
    for (const id of plots.keys()) paint(id);
  }

  /* ---- saving ---- */
  function save(blob, name) {
    const link = document.createElement("a");
    const address = URL.createObjectURL(blob);
    Object.assign(link, { href: address, download: name });
    link.click();
    setTimeout(() => URL.revokeObjectURL(address), 10000);
  }

  function csvCell(value) {
    if (value === null || value === undefined) return "";
    if (typeof value === "number") return String(value);
    let text = String(value);
    /* A spreadsheet would run these as formulas. */
    if (/^[\s'"]*[=+\-@\t\r\n\uFF1D\uFF0B\uFF0D\uFF20]/.test(text)) text = `'${text}`;
    return /[",;\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
  }
  const csv = ({ columns, rows }) =>
    [columns, ...rows].map((row) => row.map(csvCell).join(",")).join("\r\n") + "\r\n";

  /* A long table whose cells say the raw values is carried once, in the page. */
  function tableOnPage(id) {
    const text = (cell) => cell.textContent;
    const [head, ...rows] = document.getElementById(id).querySelectorAll(".figure-data tr");
    const columns = [...head.cells].map(text);
    return { columns, rows: rows.map((row) => [...row.cells].map(text)) };
  }

  const textOf = (id, selector) =>
    document.getElementById(id).querySelector(selector).textContent.trim();

  function linesOf(pen, text, width) {
    const lines = [""];
    for (const word of text.split(/\s+/)) {
      const longer = `${lines[lines.length - 1]} ${word}`.trim();
      if (pen.measureText(longer).width > width && lines[lines.length - 1]) lines.push(word);
      else lines[lines.length - 1] = longer;
    }
    return lines;
  }

  async function imageOf(id) {
    const Plotly = await loadPlotly();
    const [width, edge, scale] = [1000, 36, 2];
    const spec = fit(figures[id].figure, width - 2 * edge, false);
    const { height } = spec.layout;
    const aside = document.createElement("div");
    aside.className = "aside";
    document.body.append(aside);
    await Plotly.newPlot(aside, spec.data, spec.layout, look.config);
    await declutter(aside);
    const picture = new Image();
    picture.src = await Plotly.toImage(aside, { format: "png", width: width - 2 * edge, height, scale });
    await picture.decode();
    Plotly.purge(aside);
    aside.remove();
    const canvas = document.createElement("canvas");
    const pen = canvas.getContext("2d");
    const blocks = [
      [textOf(id, ".finding"), `600 24px ${look.serif}`, "#1b1f25", 31],
      [textOf(id, ".note"), `13px ${look.sans}`, "#59626d", 19],
      [look.citation, `13px ${look.sans}`, "#59626d", 19],
    ].map(([text, font, colour, step]) => {
      pen.font = font;
      return { font, colour, step, lines: linesOf(pen, text, width - 2 * edge) };
    });
    const text = blocks.reduce((sum, block) => sum + block.lines.length * block.step, 0);
    canvas.width = width * scale;
    canvas.height = (text + height + 2 * edge + 44) * scale;
    pen.scale(scale, scale);
    pen.fillStyle = "#ffffff";
    pen.fillRect(0, 0, canvas.width, canvas.height);
    let y = edge;
    blocks.forEach(({ font, colour, step, lines }, index) => {
      Object.assign(pen, { font, fillStyle: colour, textBaseline: "top" });
      for (const line of lines) [y] = [y + step, pen.fillText(line, edge, y)];
      if (index === 0) {
        pen.drawImage(picture, edge, y + 12, width - 2 * edge, height);
        y += height + 26;
      } else y += 6;
    });
    return new Promise((done) => canvas.toBlob(done, "image/png"));
  }

  document.addEventListener("click", async (event) => {
    const button = event.target.closest("button[data-save-image], button[data-save-csv]");
    if (!button) return;
    const { saveImage, saveCsv } = button.dataset;
    if (saveCsv) {
      const table = csv(figures[saveCsv].table ?? tableOnPage(saveCsv));
      save(new Blob(["\uFEFF", table], { type: "text/csv;charset=utf-8" }), `${saveCsv}.csv`);
    } else save(await imageOf(saveImage), `${saveImage}.png`);
  });

  /* ---- from a number to its row, and back ---- */
  const back = document.createElement("button");
  Object.assign(back, { type: "button", className: "back", textContent: "Back to the text" });
  document.addEventListener("click", (event) => {
    const link = event.target.closest("a.n");
    const row = link && document.getElementById(decodeURIComponent(link.hash.slice(1)));
    if (!row) return;
    const fold = row.closest("details");
    if (fold) fold.open = true;
    (row.matches("tr") ? row.cells[row.cells.length - 1] : row).append(back);
    back.onclick = () => {
      back.remove();
      link.scrollIntoView({ block: "center" });
      link.focus({ preventScroll: true });
    };
    requestAnimationFrame(() => back.focus({ preventScroll: true }));
  });

  /* ---- a ledger that filters; without scripts the whole table stays ---- */
  function addFilters(table) {
    const rows = all("tbody > tr", table);
    const bar = document.createElement("div");
    const said = document.createElement("p");
    const reset = document.createElement("button");
    bar.className = "filters";
    bar.setAttribute("role", "group");
    bar.setAttribute("aria-label", "Filter the table");
    Object.assign(said, { className: "filter-count" });
    said.setAttribute("role", "status");
    Object.assign(reset, { type: "button", textContent: "Show all", disabled: true });
    const lists = JSON.parse(table.dataset.filters).flatMap(([name, heading, values]) => {
      const found = values.filter((value) => rows.some((row) => row.dataset[name] === value));
      if (found.length < 2) return [];
      const box = document.createElement("div");
      const label = document.createElement("label");
      const list = document.createElement("select");
      list.id = label.htmlFor = `filter-${name}`;
      list.append(new Option("all", ""), ...found.map((value) => new Option(value, value)));
      label.append(heading);
      box.append(label, list);
      bar.append(box);
      return [{ name, list }];
    });
    if (!lists.length) return;
    const meets = (row, but) =>
      lists.every(({ name, list }) => list === but || !list.value || row.dataset[name] === list.value);
    function apply() {
      for (const row of rows) row.hidden = !meets(row);
      const shown = rows.filter((row) => !row.hidden).length;
      const all = shown === rows.length;
      said.textContent = all ? `${rows.length} claims` : `${shown} of ${rows.length} claims`;
      reset.disabled = lists.every(({ list }) => !list.value);
      /* Each choice says how many rows it would leave, the other lists as they are. */
      for (const { name, list } of lists) {
        for (const option of [...list.options].slice(1)) {
          const left = rows.filter((row) => meets(row, list) && row.dataset[name] === option.value);
          option.textContent = `${option.value} (${left.length})`;
          option.disabled = !left.length && !option.selected;
        }
      }
    }
    const clear = () => {
      for (const { list } of lists) list.value = "";
      apply();
    };
    bar.addEventListener("change", apply);
    reset.addEventListener("click", () => {
      clear();
      lists[0].list.focus();
    });
    /* A link to a row that is filtered away shows the row. */
    const reveal = (hash) => {
      const row = document.getElementById(decodeURIComponent(hash.slice(1)));
      if (row && row.hidden && table.contains(row)) clear();
      return row;
    };
    document.addEventListener("click", (event) => {
      const link = event.target.closest('a[href^="#"]');
      if (link) reveal(link.hash);
    });
    addEventListener("hashchange", () => reveal(location.hash));
    bar.append(reset, said);
    table.closest(".table-wrap").before(bar);
    apply();
  }

  /* ---- start ---- */
  for (const table of all("table[data-filters]")) addFilters(table);
  for (const fold of all("details.figure-data")) fold.open = false;
  for (const tools of all(".tools")) tools.hidden = false;
  const wide = matchMedia("(min-width: 1180px)");
  const contents = document.querySelector(".contents details");
  const unfold = () => contents && (contents.open = wide.matches);
  unfold();
  wide.addEventListener("change", unfold);
  for (const [id, div] of plots) {
    div.style.minHeight = `${heightOf(figures[id].figure, div.clientWidth)}px`;
    near.observe(div);
    sizes.observe(div);
  }
  if (plots.size) loadPlotly().catch(() => drawAll());
  darkScreen.addEventListener("change", repaint);
  addEventListener("beforeprint", startPrint);
  addEventListener("afterprint", endPrint);
  paper.addEventListener("change", (change) => (change.matches ? startPrint() : endPrint()));
  window.thirdPillar = Object.freeze({ drawAll, csv, imageOf });
})();
