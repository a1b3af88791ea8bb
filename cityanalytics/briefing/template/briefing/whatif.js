// What if, in the page: the model of cityanalytics/whatif/model.py, and a panel that moves it.
// Draws are made again from the same hash; only + - * / min max touch an amount.
(() => {
  "use strict";

  var DAY = 86400000;
  var FASTEST = 10;
  var KEYS = {units: "unit", categories: "category", constraints: "constraint", stages: "stage", projects: "name"};

  /** Hudson's S-curve: share done by a place in a project's duration. */
  function curve(place) {
    var x = Math.min(Math.max(place, 0), 1);
    return x * x * (3 - 2 * x);
  }

  /** MurmurHash3's finaliser, its last byte. */
  function byte(h) {
    h ^= h >>> 16;
    h = Math.imul(h, 0x85ebca6b);
    h ^= h >>> 13;
    h = Math.imul(h, 0xc2b2ae35);
    h ^= h >>> 16;
    return h & 255;
  }

  /** A model from the page's data. */
  function prepare(data) {
    var count = data.projects.name.length, paths = data.steps.length, left = data.workdays.length;
    var draw = new Float64Array(count * paths), i, n;
    for (i = 0; i < count; i++) {
      for (n = 0; n < paths; n++) draw[i * paths + n] = data.table[byte(data.projects.crc[i] ^ data.seed ^ (n + 1))];
    }
    var model = {
      data, count, paths, left, draw, bases: {}, faster: new Float64Array(count), begins: []
    };
    model.weeks = weeks(left);
    for (i = 0; i < count; i++) {
      model.begins.push(data.projects.waiting[i] ? begins(model, data.projects.due[i]) : null);
      var faster = data.usual / data.projects.performance[i];
      model.faster[i] = faster > 1 ? Math.min(faster, FASTEST) : 1;
    }
    model.base = at(model, 1);
    return model;
  }

  /** First and last day of each week that is left. */
  function weeks(left) {
    var found = [];
    for (var day = 0; day < left; day += 7) found.push([day, Math.min(day + 7, left)]);
    return found;
  }

  /** Probability of a start in each week, planned on a day or none: see hazard.starts_by_week. */
  function begins(model, due) {
    var rates = model.data.rates, edges = model.data.edges;
    function waited(length) {
      if (due === null) return Math.exp(-rates[rates.length - 1] * length);
      var sum = 0, from = 0;
      for (var j = 0; j <= edges.length; j++) {
        var to = j < edges.length ? Math.min(Math.max(due + edges[j], 0), length) : length;
        sum += rates[j] * (to - from);
        from = to;
      }
      return Math.exp(-sum);
    }
    return model.weeks.map(week => waited(week[0]) - waited(week[1]));
  }

  /** The paths of base with the city's pace times a factor. */
  function at(model, factor) {
    if (model.bases[factor]) return model.bases[factor];
    var data = model.data, p = data.projects, count = model.count, paths = model.paths;
    var ends = new Float64Array(paths), scale = new Float64Array(count * paths), added = new Float64Array(count * paths);
    var rest = new Float64Array(paths), k = new Float64Array(paths), i, n;
    var takes = [];
    for (i = 0; i < count; i++) if (p.expected[i] > 0 && cap(p, i) > 0) takes.push(i);
    for (n = 0; n < paths; n++) {
      ends[n] = Math.max(data.done, Math.min(data.done + data.remainder * factor * data.steps[n], data.ceiling));
      k[n] = solve(model, takes, n, ends[n] - data.done);
      var sum = 0;
      for (i = 0; i < count; i++) {
        var cell = i * paths + n;
        scale[cell] = k[n] * model.draw[cell];
        added[cell] = Math.min(cap(p, i), scale[cell] * p.expected[i]);
        sum += added[cell];
      }
      rest[n] = ends[n] - data.done - sum;
      if (rest[n] <= 1e-9 * Math.max(Math.abs(data.done), 1)) rest[n] = 0;
    }
    var bases = Object.keys(model.bases);
    if (bases.length > 4) delete model.bases[bases[1]];
    return model.bases[factor] = {ends, sorted: ends.slice().sort(), scale, added, rest, factor: k};
  }

  function cap(p, i) { return p.cap[i] === null ? Infinity : p.cap[i]; }

  /** The factor with which a path's total is shared, none above its cap. */
  function solve(model, takes, n, total) {
    var p = model.data.projects, full = new Uint8Array(takes.length), k = 0, more = true, at, most = 0, filled = 0;
    while (more) {
      var slope = 0, held = 0;
      for (at = 0; at < takes.length; at++) {
        if (full[at]) held += cap(p, takes[at]);
        else slope += model.draw[takes[at] * model.paths + n] * p.expected[takes[at]];
      }
      if (slope > 0) k = (total - held) / slope;
      more = false;
      for (at = 0; at < takes.length; at++) {
        var weight = model.draw[takes[at] * model.paths + n] * p.expected[takes[at]];
        if (!full[at] && k * weight >= cap(p, takes[at])) { full[at] = 1; filled++; more = true; }
      }
    }
    if (filled && filled === takes.length) {
      for (at = 0; at < takes.length; at++) {
        most = Math.max(most, cap(p, takes[at]) / (model.draw[takes[at] * model.paths + n] * p.expected[takes[at]]));
      }
      k = most;
    }
    return k;
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
    levers.slice().sort((a, b) => (a.kind === "finish") - (b.kind === "finish")).forEach(lever => {
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

  /** What a project's own curve adds in so many effective days. */
  function curveOf(model, i, worked) {
    var p = model.data.projects, sum = 0;
    if (p.daily[i] > 0) sum = p.daily[i] * worked;
    else if (p.waiting[i]) {
      model.weeks.forEach((week, w) => {
        sum += model.begins[i][w] * curve((worked - (week[0] + week[1]) / 2) / p.duration[i]);
      });
      sum = p.whole[i] * sum * p.performance[i];
    } else {
      sum = p.whole[i] * (curve((worked - p.start[i]) / p.length[i]) - curve(-p.start[i] / p.length[i])) * p.performance[i];
    }
    return Math.min(sum, cap(p, i));
  }

  /** What a changed project is expected to add, and the most it may. */
  function expected(model, r, i) {
    var p = model.data.projects, left = model.left, worked = new Float64Array(left + 1), d;
    for (d = left - 1; d >= 0; d--) worked[d] = worked[d + 1] + r.clock[i * left + d];
    function begun(day) {
      return Math.min(p.whole[i] * p.performance[i] * curve(worked[day] / p.duration[i]), cap(p, i));
    }
    var found = curveOf(model, i, worked[0]);
    if (r.lifted[i] === r.lifted[i]) found = Math.max(found, begun(r.lifted[i]));
    if (r.begins[i] === r.begins[i]) found = begun(r.begins[i]);
    var stated = p.total[i] !== null;
    var size = Math.max(r.total[i] + (stated ? r.added[i] / p.total[i] : 0), 0), most = cap(p, i);
    if (size !== 1) most = stated ? Math.max(p.total[i] * size - p.done[i], 0) : Infinity;
    return {expected: found * size, cap: most, paid: r.paid[i]};
  }

  /** Change of each changed project on each path against base (with the scenario's pace of the city). */
  function changes(model, base, levers) {
    var r = reach(model, levers), paths = model.paths, found = [], i, n;
    for (i = 0; i < model.count; i++) {
      if (!r.changed[i]) continue;
      var own = expected(model, r, i), change = new Float64Array(paths);
      for (n = 0; n < paths; n++) {
        change[n] = own.paid * Math.min(own.cap, base.scale[i * paths + n] * own.expected) - base.added[i * paths + n];
      }
      found.push({row: i, change});
    }
    return found;
  }

  /** Share of sorted paths that reach a target, taken between the two nearest. */
  function chance(sorted, target) {
    var low = 0, high = sorted.length;
    while (low < high) {
      var middle = (low + high) >> 1;
      if (sorted[middle] < target) low = middle + 1; else high = middle;
    }
    if (low === 0) return 1;
    if (low === sorted.length) return 0;
    return 1 - (low + (target - sorted[low - 1]) / (sorted[low] - sorted[low - 1])) / (sorted.length + 1);
  }

  function within(value) { return Math.min(Math.max(value, 0), 1); }

  /** A scenario's answer: quantiles and chance of the city, and of its units. */
  function answer(model, scenario) {
    var data = model.data, pace = scenario.city_pace || 1, base = at(model, pace), ends = base.ends.slice(), n;
    var moved = changes(model, base, scenario.lever || []);
    moved.forEach(one => { for (n = 0; n < ends.length; n++) ends[n] += one.change[n]; });
    var sorted = ends.slice().sort();
    var found = {
      ends, sorted, p10: sorted[data.at[0]], p50: sorted[data.at[1]], p90: sorted[data.at[2]],
      probability: null, moved, base
    };
    if (data.target !== null) {
      var told = pace === 1 ? data.probability : paced(data, pace);
      found.probability = within(told + (chance(sorted, data.target) - chance(base.sorted, data.target)));
    }
    return found;
  }

  /** The published chance at another pace of the city. */
  function paced(data, pace) {
    var missing = data.target - data.done, rest = data.remainder * pace, nu = data.freedom;
    if (missing <= 0) return 1;
    if (data.target > data.ceiling) return 0;
    if (!rest || !data.spread) return rest >= missing ? 1 : 0;
    var t = (Math.log(rest) - Math.log(missing)) / data.spread, tail = beta(nu / (nu + t * t), nu / 2, 0.5, data.beta) / 2;
    return t > 0 ? 1 - tail : tail;
  }

  /** The regularised incomplete beta function, by Lentz's continued fraction. */
  function beta(x, a, b, whole) {
    if (x > (a + 1) / (a + b + 2)) return 1 - beta(1 - x, b, a, whole);
    var c = 1, d = 1 / (1 - (a + b) * x / (a + 1)), product = d, m = 0, change = 2;
    while (m++ < 300 && Math.abs(change - 1) > 1e-15) {
      var term = m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m));
      d = 1 / (1 + term * d);
      c = 1 + term / c;
      product *= c * d;
      term = -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1));
      d = 1 / (1 + term * d);
      c = 1 + term / c;
      change = c * d;
      product *= change;
    }
    return Math.pow(x, a) * Math.pow(1 - x, b) / (a * whole) * product;
  }

  /** Each unit's median and chance, as published and moved by what its paths move. */
  function groups(model, found, key) {
    var data = model.data, paths = model.paths, codes = data.projects[key];
    var moved = {};
    found.moved.forEach(one => { moved[one.row] = one.change; });
    return data.groups[key].map(group => {
      var at = data[key].indexOf(group.name), before = new Float64Array(paths).fill(group.done), change = new Float64Array(paths);
      var touched = false, i, n;
      for (i = 0; i < model.count; i++) {
        if (codes[i] !== at) continue;
        var paced = found.base !== model.base;
        touched = touched || paced || moved[i] !== undefined;
        for (n = 0; n < paths; n++) {
          var cell = i * paths + n, plain = model.base.added[cell];
          before[n] += plain;
          if (paced) change[n] += found.base.added[cell] - plain;
          if (moved[i]) change[n] += moved[i][n];
        }
      }
      var told = {name: group.name, base: group.p50, p50: group.p50, probability: group.probability};
      if (!touched) return told;
      var old = before.slice().sort();
      for (n = 0; n < paths; n++) before[n] += change[n];
      before.sort();
      told.p50 = group.p50 + (before[data.at[1]] - old[data.at[1]]);
      if (group.probability !== null) {
        told.probability = within(group.probability + (chance(before, group.plan) - chance(old, group.plan)));
      }
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

  /** The smallest set of units, each faster by a factor, that reaches a chance: greedy; no fewer than `least` can. */
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
      return within(now.probability + chance(ends.sort(), data.target) - chance(now.sorted, data.target));
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
      var most = -1, next = null;
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
    var found = answer(model, scenario()), before = model.base.sorted[data.at[1]];
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
    var chart = get("dots"), low = data.done, high = model.base.sorted[model.paths - 40] * 1.1, stacks = {}, reached = 0;
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
