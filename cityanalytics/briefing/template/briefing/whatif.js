// What if, in the page: the model of cityanalytics/whatif/model.py, and a panel that moves it.
(() => {
  "use strict";

  var DAY = 86400000;
  var FASTEST = 10;
  var FULL = 1 - 1e-12; // what rounding leaves
  var KEYS = {units: "unit", categories: "category", constraints: "constraint", stages: "stage", projects: "name"};

  /** Hudson's S-curve: share done by a place in a project's duration. */
  function curve(place) {
    var x = Math.min(Math.max(place, 0), 1);
    return x * x * (3 - 2 * x);
  }

  /** MurmurHash3's finaliser; see draws.py. */
  function hash(h) {
    h ^= h >>> 16;
    h = Math.imul(h, 0x85ebca6b);
    h ^= h >>> 13;
    h = Math.imul(h, 0xc2b2ae35);
    return h ^ (h >>> 16);
  }

  /** A model from the page's data. */
  function prepare(data) {
    var p = data.projects, count = p.name.length, paths = data.steps.length, left = data.workdays.length, size = count * paths;
    var model = {
      data, count, paths, left, draw: new Float64Array(size), weights: new Float64Array(size), limits: new Float64Array(size),
      bases: {}, faster: new Float64Array(count), middle: [], week: [], own: [], base: null
    };
    for (var day = 0; day < left; day += 7) model.middle.push((day + Math.min(day + 7, left)) / 2);
    for (var i = 0; i < count; i++) {
      var drawn = new Uint32Array(paths), n;
      for (n = 0; n < paths; n++) {
        drawn[n] = hash(p.crc[i] ^ data.seed ^ (n + 1));
        model.draw[i * paths + n] = data.table[drawn[n] & 255];
      }
      model.week.push(p.waiting[i] ? begins(model, p.due[i], drawn) : null);
      model.own.push(expected(model, null, i));
      var faster = data.usual / p.performance[i];
      model.faster[i] = faster > 1 ? Math.min(faster, FASTEST) : 1;
      for (n = 0; n < paths; n++) {
        var draw = model.draw[i * paths + n], cell = n * count + i;
        model.weights[cell] = draw * amountOn(model, model.own[i], i, n);
        model.limits[cell] = model.weights[cell] > 0 ? cap(p, i) * Math.min(draw, 1) : 0;
      }
    }
    model.base = at(model, 1);
    return model;
  }

  /** What one is expected to add on a path. */
  function amountOn(model, own, i, n) { return own.weeks ? own.weeks[model.week[i][n]] : own.amount; }

  /** Hazard of so many days, the step planned on a day or none: see hazard.hazard_of. */
  function hazard(edges, rates, due, length) {
    if (due === null) return rates[rates.length - 1] * length;
    var sum = 0, from = 0;
    for (var j = 0; j <= edges.length; j++) {
      var to = j < edges.length ? Math.min(Math.max(due + edges[j], 0), length) : length;
      sum += rates[j] * (to - from);
      from = to;
    }
    return sum;
  }

  /** Week in which one that waits begins on each path: see Steps.weeks. */
  function begins(model, due, drawn) {
    var data = model.data, found = new Uint8Array(model.paths), nodes = data.rates.length;
    var ends = data.rates.map(rates => model.middle.map((_, w) => hazard(data.edges, rates, due, Math.min(7 * w + 7, model.left))));
    for (var n = 0; n < model.paths; n++) {
      var needed = -Math.log1p(-(((drawn[n] >>> 8) & 255) + 0.5) / 256), own = ends[(((n + 1) ^ data.seed) >>> 0) % nodes];
      while (own[found[n]] < needed) found[n]++;
    }
    return found;
  }

  /** The paths of base with the city's pace times a factor. */
  function at(model, factor) {
    if (model.bases[factor]) return model.bases[factor];
    var data = model.data, paths = model.paths, ends = new Float64Array(paths), added = new Float64Array(model.count * paths), n;
    for (n = 0; n < paths; n++) {
      ends[n] = Math.max(data.done, Math.min(data.done + data.remainder * factor * data.steps[n], data.ceiling === null ? Infinity : data.ceiling));
    }
    var k = ends.map((end, path) => solve(model, path, end - data.done));
    model.own.forEach((own, i) => add(model, own, i, k, added.subarray(i * paths, (i + 1) * paths)));
    var bases = Object.keys(model.bases);
    if (bases.length > 4) delete model.bases[bases[1]];
    return model.bases[factor] = {ends, added, factor: k, sums: {}};
  }

  function cap(p, i) { return p.cap[i] === null ? Infinity : p.cap[i]; }

  /** The factor with which a path's total is shared, none above its limit (Newton). */
  function solve(model, n, total) {
    var from = n * model.count, to = from + model.count, k = model.base ? model.base.factor[n] : 0, cell;
    for (;;) {
      var slope = 0, held = 0, next = 0;
      for (cell = from; cell < to; cell++) {
        if (k * model.weights[cell] < FULL * model.limits[cell]) slope += model.weights[cell]; else held += model.limits[cell];
      }
      if (slope > 0) next = (total - held) / slope;
      else if (held <= total) {
        for (cell = from; cell < to; cell++) {
          if (model.weights[cell] > 0) next = Math.max(next, model.limits[cell] / model.weights[cell]);
        }
        return next;
      }
      if (next === k) return k;
      k = next;
    }
  }

  /** What one adds on each path with the factors of a base. */
  function add(model, own, i, factor, into) {
    var start = i * model.paths, week = model.week[i];
    for (var n = 0; n < into.length; n++) {
      var draw = model.draw[start + n];
      into[n] = own.paid * Math.min(own.cap * Math.min(draw, 1), factor[n] * draw * (week ? own.weeks[week[n]] : own.amount));
    }
    return into;
  }

  /** Place of a day among those that are left, from 0. */
  function place(model, day) {
    var gone = Math.round((Date.parse(day) - Date.parse(model.data.as_of)) / DAY) - 1;
    return Math.min(Math.max(gone, 0), model.left);
  }

  /** The day at a place. */
  function dayAt(model, at) {
    return new Date(Date.parse(model.data.as_of) + (at + 1) * DAY).toISOString().slice(0, 10);
  }

  function chosen(model, lever) {
    var p = model.data.projects, rows = [], i;
    for (i = 0; i < model.count; i++) {
      var fits = true;
      for (var key in KEYS) {
        var own = p[KEYS[key]][i], names = lever[key];
        if (names && names.length && !names.includes(key === "projects" ? own : model.data[KEYS[key]][own])) fits = false;
      }
      if (fits) rows.push(i);
    }
    return rows;
  }

  /** What levers do to each project: see Model.reach. */
  function reach(model, levers) {
    var count = model.count, left = model.left, p = model.data.projects, i, d;
    var r = {
      clock: new Float64Array(count * left).fill(1), begins: new Float64Array(count).fill(NaN),
      lifted: new Float64Array(count).fill(NaN), total: new Float64Array(count).fill(1),
      added: new Float64Array(count), paid: new Float64Array(count).fill(1), changed: new Uint8Array(count)
    };
    levers.slice().sort((a, b) => Number(a.kind === "finish") - Number(b.kind === "finish")).forEach(lever => {
      var rows = chosen(model, lever);
      var first = lever.from ? place(model, lever.from) : 0, last = lever.to ? place(model, lever.to) + 1 : left;
      function times(row, factor, from, to) {
        for (d = from; d < Math.min(to, left); d++) r.clock[row * left + d] *= factor;
      }
      rows.forEach(row => {
        var waits = p.waiting[row];
        if (lever.kind === "pace") times(row, lever.factor, first, last);
        else if (lever.kind === "shifts") times(row, 1 + (lever.shifts - 1) * lever.yield, first, last);
        else if (lever.kind === "days") times(row, daysFactor(model, lever, first, last), first, last);
        else if (lever.kind === "suspend") times(row, 0, first, last);
        else if (lever.kind === "funds_arrive") times(row, 0, 0, place(model, lever.on));
        else if (lever.kind === "funds_short") r.paid[row] *= 1 - lever.share;
        else if (lever.kind === "scope" && lever.share !== undefined) r.total[row] += lever.share;
        else if (lever.kind === "scope" && p.total[row] !== null) r.added[row] += lever.add;
        else if (lever.kind === "never" && waits) times(row, 0, 0, left);
        else if (lever.kind === "start" && waits) r.begins[row] = place(model, lever.on);
        else if (lever.kind === "lift") {
          var on = place(model, lever.on);
          r.lifted[row] = r.lifted[row] < on ? r.lifted[row] : on;
        } else if (lever.kind === "finish") {
          var until = Math.round((Date.parse(lever.on) - Date.parse(model.data.as_of)) / DAY);
          var begun = r.begins[row] === r.begins[row];
          var length = begun ? p.duration[row] : p.planned_end[row];
          times(row, length / Math.max(until - (begun ? r.begins[row] : 0), 1), 0, left);
        }
      });
    });
    for (i = 0; i < count; i++) {
      if (!p.waiting[i] && r.lifted[i] === r.lifted[i]) {
        if (model.faster[i] > 1) for (d = r.lifted[i]; d < left; d++) r.clock[i * left + d] *= model.faster[i];
        r.lifted[i] = NaN;
      }
      var same = r.begins[i] !== r.begins[i] && r.lifted[i] !== r.lifted[i] && r.total[i] === 1 && !r.added[i] && r.paid[i] === 1;
      for (d = 0; same && d < left; d++) same = r.clock[i * left + d] === 1;
      r.changed[i] = same ? 0 : 1;
    }
    return r;
  }

  function daysFactor(model, lever, first, last) {
    var change = (lever.gained || 0) - (lever.lost || 0), worked = 0, d;
    if (!change) return 1;
    for (d = first; d < Math.min(last, model.left); d++) worked += model.data.workdays[d] === "1" ? 1 : 0;
    return Math.max(1 + change / worked, 0);
  }

  /** What a project is expected to add, by the week of its start if it waits; base without levers. */
  function expected(model, r, i) {
    var p = model.data.projects, left = model.left, worked = new Float64Array(left + 1), whole = p.whole[i] * p.performance[i], d;
    var stated = p.total[i] !== null, size = 1, most = cap(p, i), found = {amount: 0, weeks: null, cap: most, paid: r ? r.paid[i] : 1};
    function clock(day) { return r ? r.clock[i * left + day] : 1; }
    for (d = left - 1; d >= 0; d--) worked[d] = worked[d + 1] + clock(d);
    if (r) size = Math.max(r.total[i] + (stated ? r.added[i] / p.total[i] : 0), 0);
    if (size !== 1) found.cap = stated ? Math.max(p.total[i] * size - p.done[i], 0) : Infinity;
    if (p.waiting[i]) {
      found.weeks = model.middle.concat(Infinity).map(day => {
        if (r && r.begins[i] === r.begins[i]) day = r.begins[i];
        else if (r && r.lifted[i] < day) day = r.lifted[i];
        if (day >= left) return 0;
        var first = Math.floor(day), since = worked[first] - (day - first) * clock(first);
        return Math.min(whole * curve(since / p.duration[i]), most) * size;
      });
    } else {
      var from = -p.start[i] / p.length[i];
      found.amount = size * Math.min(p.daily[i] > 0 ? p.daily[i] * worked[0] :
        whole * (curve(worked[0] / p.length[i] + from) - curve(from)), most);
    }
    return found;
  }

  /** Change of each changed project on each path against base. */
  function changes(model, base, levers) {
    var r = reach(model, levers), paths = model.paths, found = [], i, n;
    for (i = 0; i < model.count; i++) {
      if (!r.changed[i]) continue;
      var change = add(model, expected(model, r, i), i, base.factor, new Float64Array(paths));
      for (n = 0; n < paths; n++) change[n] -= base.added[i * paths + n];
      found.push({row: i, change});
    }
    return found;
  }

  /** Share of paths that reach a target, taken between the two nearest. */
  function chance(ends, target) {
    var below = 0, low = -Infinity, high = Infinity;
    for (var n = 0; n < ends.length; n++) {
      if (ends[n] >= target) high = Math.min(high, ends[n]);
      else { below++; low = Math.max(low, ends[n]); }
    }
    if (below === 0) return 1;
    return below === ends.length ? 0 : 1 - (below + (target - low) / (high - low)) / (ends.length + 1);
  }

  /** The value at a place, were they sorted (Hoare). */
  function nth(values, place) {
    for (var from = 0, to = values.length - 1; from < to;) {
      var pivot = values[place], i = from, j = to, kept;
      while (i <= j) {
        while (values[i] < pivot) i++;
        while (values[j] > pivot) j--;
        if (i <= j) { kept = values[i]; values[i++] = values[j]; values[j--] = kept; }
      }
      if (j < place) from = i;
      if (i > place) to = j;
    }
    return values[place];
  }

  function within(value) { return Math.min(Math.max(value, 0), 1); }

  /** A scenario's answer: quantiles and chance of the city, and of its units. */
  function answer(model, scenario) {
    var data = model.data, base = at(model, scenario.city_pace || 1), ends = base.ends.slice(), n;
    var moved = changes(model, base, scenario.lever || []);
    moved.forEach(one => { for (n = 0; n < ends.length; n++) ends[n] += one.change[n]; });
    var sorted = ends.slice().sort();
    var found = {
      ends, sorted, p10: sorted[data.at[0]], p50: sorted[data.at[1]], p90: sorted[data.at[2]],
      probability: null, moved, base
    };
    if (data.target !== null) {
      found.probability = within(data.probability + (chance(ends, data.target) - chance(model.base.ends, data.target)));
    }
    return found;
  }

  /** What each group of a base comes to on each path. */
  function sums(model, base, key) {
    return base.sums[key] = base.sums[key] || model.data.groups[key].map(group => {
      var at = model.data[key].indexOf(group.name), sum = new Float64Array(model.paths).fill(group.done);
      model.data.projects[key].forEach((code, i) => {
        if (code === at) for (var n = 0; n < model.paths; n++) sum[n] += base.added[i * model.paths + n];
      });
      return sum;
    });
  }

  /** Each group's median and chance on its paths. */
  function groups(model, found, key) {
    var data = model.data, plain = sums(model, found.base, key);
    return data.groups[key].map((group, place) => {
      var at = data[key].indexOf(group.name), ends = plain[place].slice(), touched = found.base !== model.base;
      found.moved.forEach(one => {
        if (data.projects[key][one.row] !== at) return;
        touched = true;
        for (var n = 0; n < ends.length; n++) ends[n] += one.change[n];
      });
      var told = {name: group.name, base: group.p50, p50: group.p50, probability: group.probability};
      if (!touched) return told;
      told.p50 = nth(ends, data.at[1]);
      if (group.probability !== null) told.probability = chance(ends, group.plan);
      return told;
    });
  }

  /** The least pace of all open projects, on top of a scenario, that reaches a chance; null where none does. */
  function goal(model, scenario, wanted) {
    function reached(step) {
      var lever = (scenario.lever || []).concat([{kind: "pace", factor: step / 10000}]);
      return answer(model, {city_pace: scenario.city_pace, lever}).probability >= wanted;
    }
    var good = 100000, bad = 0;
    if (!reached(good)) return null;
    if (reached(bad)) return 0;
    while (good - bad > 1) {
      var middle = (good + bad) >> 1;
      if (reached(middle)) good = middle; else bad = middle;
    }
    return good / 10000;
  }

  /** The smallest set of units, each faster, that reaches a chance: greedy; no fewer than `least` can. */
  function fewest(model, scenario, wanted, factor) {
    var data = model.data, paths = model.paths, now = answer(model, scenario), n;
    var plain = {}, gains = data.unit.map(name => { return {name, gain: new Float64Array(paths), mean: 0}; });
    now.moved.forEach(one => { plain[one.row] = one.change; });
    var lever = (scenario.lever || []).concat([{kind: "pace", factor}]);
    changes(model, now.base, lever).forEach(one => {
      var own = gains[data.projects.unit[one.row]];
      for (n = 0; n < paths; n++) own.gain[n] += one.change[n] - (plain[one.row] ? plain[one.row][n] : 0);
    });
    gains.forEach(own => { for (n = 0; n < paths; n++) own.mean += own.gain[n] / paths; });
    gains.sort((a, b) => b.mean - a.mean);
    function chanceWith(sum) {
      var ends = now.ends.slice();
      for (n = 0; n < paths; n++) ends[n] += sum[n];
      return within(now.probability + chance(ends, data.target) - chance(now.ends, data.target));
    }
    var best = gains.map(() => new Float64Array(paths));
    for (n = 0; n < paths; n++) {
      var column = gains.map(own => Math.max(own.gain[n], 0)).sort((a, b) => b - a);
      for (var size = 0, sum = 0; size < column.length; size++) best[size][n] = sum += column[size];
    }
    var total = new Float64Array(paths), chosen = [], least = 0;
    while (least < best.length && chanceWith(best[least]) < wanted) least++;
    if (least === best.length) return null;
    while (chanceWith(total) < wanted) {
      var most = -1, next = gains[0];
      gains.forEach(own => {
        if (chosen.indexOf(own) >= 0) return;
        var reached = 0;
        for (n = 0; n < paths; n++) if (now.ends[n] + total[n] + own.gain[n] >= data.target) reached++;
        if (reached > most) { most = reached; next = own; }
      });
      chosen.push(next);
      for (n = 0; n < paths; n++) total[n] += next.gain[n];
    }
    return {names: chosen.map(own => own.name), least: chosen.length ? least + 1 : 0, probability: chanceWith(total)};
  }

  /** A scenario as the text of a scenario file. */
  function toml(model, scenario) {
    var lines = ["as_of = " + model.data.as_of];
    if (model.data.city) lines.push("city = " + JSON.stringify(model.data.city));
    lines.push("", "[scenario.page]");
    if (scenario.city_pace !== 1) lines.push("city_pace = " + decimal(scenario.city_pace));
    scenario.lever.forEach(lever => {
      lines.push("[[scenario.page.lever]]");
      Object.keys(lever).forEach(key => {
        var value = lever[key], dated = key === "on" || key === "from" || key === "to";
        if (Array.isArray(value)) value = "[" + value.map(name => JSON.stringify(name)).join(", ") + "]";
        else if (typeof value === "number") value = decimal(value);
        else if (!dated) value = JSON.stringify(value);
        lines.push(key + " = " + value);
      });
    });
    return lines.join("\n") + "\n";
  }

  function decimal(value) { return value % 1 ? String(value) : value + ".0"; }

  var engine = {prepare, answer, groups, goal, fewest, toml};
  if (typeof module !== "undefined") module.exports = engine;
  if (typeof document === "undefined") return;

  // ---- the panel

  var box = document.getElementById("whatif"), block = document.getElementById("whatif-data");
  if (!box || !block) return;
  var data = JSON.parse(block.textContent), words = JSON.parse(box.getAttribute("data-words")), model = null;
  var SVG = "http://www.w3.org/2000/svg", DOTS = 50, FASTER = 1.5, LISTED = 8;
  var SLIDERS = ["city", "pace", "days", "start", "on"];
  var fresh = JSON.stringify({pace: 1, city: 1, days: 0, start: -1, on: 0, lift: [], units: {}, projects: {}});
  var state = JSON.parse(fresh), waiting = false;

  /** @returns {any} */
  function get(id) { return document.getElementById("w-" + id); }

  function make(tag, text, parent) {
    var node = document.createElement(tag);
    node.textContent = text;
    parent.appendChild(node);
    return node;
  }

  function on(id, event, act) { get(id).addEventListener(event, act); }

  function clear(node) { while (node.firstChild) node.removeChild(node.firstChild); }

  function fill(name, values) {
    return words[name].replace(/\{(\d)\}/g, (_, at) => values[at]);
  }

  function amount(yuan, signed) {
    var size = Math.abs(yuan / words.divisor).toFixed(words.places);
    var sign = yuan < 0 && Number(size) ? "−" : signed ? "+" : "";
    return fill("amount", [sign + size]);
  }

  function percent(share) {
    var shown = (share * 100).toFixed(1);
    if (share < 1 && shown === "100.0") shown = "99.9";
    return (share > 0 && shown === "0.0" ? "0.1" : shown) + "%";
  }

  /** The state as a scenario. */
  function scenario() {
    var levers = [], first = dayAt(model, 0);
    function of(action) {
      return Object.keys(state.projects).filter(name => state.projects[name] === action);
    }
    if (state.pace !== 1) levers.push({kind: "pace", factor: state.pace});
    if (state.days > 0) levers.push({kind: "days", gained: state.days});
    if (state.days < 0) levers.push({kind: "days", lost: -state.days});
    if (state.start >= 0) levers.push({kind: "start", on: dayAt(model, state.start)});
    else if (of("start").length) levers.push({kind: "start", on: first, projects: of("start")});
    if (state.lift.length) levers.push({kind: "lift", on: dayAt(model, state.on), constraints: state.lift});
    Object.keys(state.units).forEach(name => {
      levers.push({kind: "pace", factor: state.units[name], units: [name]});
    });
    if (of("fast").length) levers.push({kind: "pace", factor: FASTER, projects: of("fast")});
    if (of("stop").length) levers.push({kind: "suspend", projects: of("stop")});
    return {city_pace: state.city, lever: levers};
  }

  function update() {
    waiting = false;
    var found = answer(model, scenario()), before = model.base.ends[data.at[1]];
    get("median").textContent = amount(found.p50);
    get("range").textContent = fill("range", [amount(found.p10), amount(found.p90)]);
    get("change").textContent = amount(found.p50 - before, true);
    if (found.probability !== null) get("chance").textContent = percent(found.probability);
    dots(found.sorted);
    rows(groups(model, found, "unit"));
    [["city", "times", state.city.toFixed(2)], ["pace", "times", state.pace.toFixed(2)],
      ["days", state.days < 0 ? "lost" : "gained", Math.abs(state.days)]].forEach(one => {
      get(one[0]).value = state[one[0]];
      get(one[0] + "-out").textContent = fill(one[1], [one[2]]);
    });
    get("start").value = state.start;
    get("start-out").textContent = state.start < 0 ? words.unset : dayAt(model, state.start);
    get("on").value = state.on;
    get("unit-pace").value = state.units[get("unit").value] || 1;
    get("on-out").textContent = dayAt(model, state.on);
    active();
  }

  function soon() {
    if (!waiting) { waiting = true; requestAnimationFrame(update); }
    get("said").textContent = "";
  }

  function dots(sorted) {
    var chart = get("dots"), low = data.done, high = model.base.ends[model.paths - 40] * 1.1, stacks = {}, reached = 0;
    clear(chart);
    function x(value) { return 6 + 388 * Math.min(Math.max((value - low) / (high - low), 0), 1); }
    function mark(tag, attributes) {
      var node = document.createElementNS(SVG, tag);
      for (var name in attributes) node.setAttribute(name, attributes[name]);
      chart.appendChild(node);
    }
    for (var i = 0; i < DOTS; i++) {
      var value = sorted[Math.round((i + 0.5) / DOTS * (model.paths + 1)) - 1], column = Math.round(x(value) / 9);
      stacks[column] = (stacks[column] || 0) + 1;
      var over = data.target !== null && value >= data.target;
      reached += over ? 1 : 0;
      mark("circle", {cx: column * 9, cy: 96 - stacks[column] * 9, r: 4, "class": over ? "over" : "under"});
    }
    mark("line", {x1: 0, x2: 400, y1: 92, y2: 92});
    if (data.target !== null) mark("line", {x1: x(data.target), x2: x(data.target), y1: 0, y2: 98, "class": "plan"});
    var told = fill("dots", [reached, DOTS]);
    chart.setAttribute("aria-label", told);
    get("told").textContent = told;
  }

  function rows(listed) {
    var body = get("rows"), moved = listed.filter(one => Math.abs(one.p50 - one.base) >= words.least);
    clear(body);
    moved.sort((a, b) => Math.abs(b.p50 - b.base) - Math.abs(a.p50 - a.base));
    moved.slice(0, LISTED).forEach(one => {
      var row = make("tr", "", body), head = make("th", one.name || words.none, row);
      head.setAttribute("scope", "row");
      [one.p50, one.p50 - one.base].forEach((value, at) => {
        cell(row, (at && value > 0 ? "+" : "") + (value / words.divisor).toFixed(words.places).replace("-", "−"));
      });
      cell(row, one.probability === null ? words.unplanned : percent(one.probability));
    });
    get("units").hidden = !moved.length;
  }

  function cell(row, text) { make("td", text, row).className = "n"; }

  function button(text, parent, act) {
    var node = make("button", text, parent);
    node.type = "button";
    node.addEventListener("click", act);
    return node;
  }

  function active() {
    var list = get("active");
    clear(list);
    function item(text, drop) {
      var line = make("li", text + " ", list);
      button(words.drop, line, () => { drop(); soon(); }).setAttribute("aria-label", words.drop + ": " + text);
    }
    Object.keys(state.units).forEach(name => {
      item(name + ": " + fill("times", [state.units[name].toFixed(2)]), () => { delete state.units[name]; });
    });
    Object.keys(state.projects).forEach(name => {
      item(name + ": " + words[state.projects[name]], () => { delete state.projects[name]; });
    });
  }

  function search() {
    var wanted = get("find").value.normalize("NFKC").toLowerCase().trim(), list = get("found"), p = data.projects, shown = 0;
    clear(list);
    for (var i = 0; wanted && i < p.name.length && shown < LISTED; i++) {
      var text = p.name[i] + " " + data.unit[p.unit[i]] + " " + data.category[p.category[i]];
      if (text.normalize("NFKC").toLowerCase().indexOf(wanted) < 0) continue;
      shown++;
      offer(make("li", p.name[i] + " ", list), p.name[i], p.waiting[i] ? ["start", "fast", "stop"] : ["fast", "stop"]);
    }
    get("none").hidden = !wanted || shown > 0;
  }

  function offer(line, name, actions) {
    actions.forEach(action => {
      button(words[action], line, () => { state.projects[name] = action; soon(); })
        .setAttribute("aria-label", words[action] + ": " + name);
    });
  }

  /** A state as a link gives it: only what is known is taken. */
  function taken(text) {
    var given = JSON.parse(text), clean = JSON.parse(fresh);
    SLIDERS.forEach(name => {
      var value = given[name], slider = get(name);
      if (typeof value === "number" && value >= slider.min && value <= slider.max) clean[name] = value;
    });
    clean.start = Math.round(clean.start);
    clean.on = Math.round(clean.on);
    clean.lift = data.constraint.filter(name => name && (given.lift || []).includes(name));
    data.unit.forEach(name => {
      var value = (given.units || {})[name];
      if (typeof value === "number" && value >= 0 && value <= 3) clean.units[name] = value;
    });
    data.projects.name.forEach((name, i) => {
      var action = (given.projects || {})[name];
      if (action === "fast" || action === "stop" || (action === "start" && data.projects.waiting[i])) clean.projects[name] = action;
    });
    return clean;
  }

  function fromLink() {
    if (location.hash.slice(0, 3) !== "#w=") return;
    try { state = taken(decodeURIComponent(location.hash.slice(3))); } catch (error) { return; }
    checks();
    soon();
    box.scrollIntoView();
  }

  function checks() {
    var list = get("lift");
    clear(list);
    data.constraint.filter(Boolean).forEach(name => {
      var label = make("label", "", list), tick = make("input", "", label);
      tick.type = "checkbox";
      tick.checked = state.lift.indexOf(name) >= 0;
      label.appendChild(document.createTextNode(" " + name));
      tick.addEventListener("change", () => {
        state.lift = state.lift.filter(one => one !== name).concat(tick.checked ? [name] : []);
        soon();
      });
    });
    get("lifts").hidden = !data.constraint.some(Boolean);
  }

  function begin() {
    model = prepare(data);
    get("factor").textContent = data.factor.toFixed(2);
    SLIDERS.forEach(name => {
      on(name, "input", () => { state[name] = Number(get(name).value); soon(); });
    });
    get("starts").hidden = data.projects.waiting.indexOf(1) < 0;
    data.unit.forEach(name => { if (name) make("option", name, get("unit")).value = name; });
    on("unit-pace", "input", () => {
      state.units[get("unit").value] = Number(get("unit-pace").value);
      soon();
    });
    on("unit", "change", soon);
    on("find", "input", search);
    on("seek", "click", () => {
      var wanted = Number(get("wanted").value), value = goal(model, scenario(), wanted);
      get("said").textContent = value === null ? words.unreachable : fill("sought", [percent(wanted), value.toFixed(4)]);
    });
    on("fewest", "click", () => {
      var wanted = Number(get("wanted").value), found = fewest(model, scenario(), wanted, FASTER);
      get("said").textContent = found === null ? words.unreachable : !found.names.length ? words.reached :
        fill("fewest", [percent(wanted), found.names.length, found.names.join(words.comma), found.least]);
    });
    on("link", "click", () => {
      location.hash = "#w=" + encodeURIComponent(JSON.stringify(state));
      get("said").textContent = words.linked;
    });
    on("copy", "click", () => {
      var text = get("file");
      text.hidden = false;
      text.value = toml(model, scenario());
      text.select();
      document.execCommand("copy");
      get("said").textContent = words.copied;
    });
    on("reset", "click", () => { state = JSON.parse(fresh); checks(); soon(); });
    window.addEventListener("hashchange", fromLink);
    checks();
    box.hidden = false;
    update();
    fromLink();
  }

  // what stands above is drawn first
  window.addEventListener("load", () => setTimeout(begin, 0));
})();
