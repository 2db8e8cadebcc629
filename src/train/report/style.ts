/** Style of the report: follows the reader's light or dark scheme, one column on a phone. */
export const style = `
:root { color-scheme: light dark; --page: #f7f6f3; --card: #fff; --ink: #14140f; --soft: #55534e; --line: #e2e0d8;
  --s1: #2a78d6; --s2: #d9591f; --good: #0b7d2b; --bad: #c02f2f; --hit: #2a78d6; --miss: #d9591f; --deep: #fff; }
@media (prefers-color-scheme: dark) { :root { --page: #131312; --card: #1c1c1a; --ink: #f1f0ec; --soft: #aeaca4;
  --line: #34332f; --s1: #5598e7; --s2: #eb7f4f; --good: #4cc36c; --bad: #f07a7a; --hit: #3987e5; --miss: #d95926; } }
* { box-sizing: border-box; }
body { margin: 0; background: var(--page); color: var(--ink); font: 15px/1.5 system-ui, sans-serif; }
main { max-width: 980px; margin: 0 auto; padding: 20px 16px 48px; }
h1 { font-size: 1.5rem; margin: 0; overflow-wrap: anywhere; } h2 { font-size: 1.1rem; margin: 0 0 12px; }
header p { margin: 2px 0 18px; } section { background: var(--card); border: 1px solid var(--line); border-radius: 10px;
  padding: 16px; margin: 0 0 16px; }
.muted { color: var(--soft); } .pair { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 360px), 1fr)); gap: 16px; }
.pair figure { max-width: 470px; }
.verdict { font-size: 1.15rem; font-weight: 600; margin: 0 0 10px; }
.good, .verdict.good { color: var(--good); } .bad, .verdict.bad { color: var(--bad); }
ul.reasons { list-style: none; margin: 0; padding: 0; } ul.reasons li { display: flex; gap: 8px; padding: 4px 0; }
ul.reasons b { flex: none; width: 1.2em; } ul.reasons li + li { border-top: 1px solid var(--line); }
.tiles { display: grid; grid-template-columns: repeat(auto-fit, minmax(140px, 1fr)); gap: 12px; margin: 0 0 16px; }
.tiles div { background: var(--card); border: 1px solid var(--line); border-radius: 10px; padding: 10px 14px; }
.tiles b { display: block; font-size: 1.4rem; line-height: 1.3; } td.n, .tiles b, .tiles span + b + span { white-space: nowrap; } .tiles span { color: var(--soft); font-size: .85rem; }
.scroll { overflow-x: auto; } table { border-collapse: collapse; width: 100%; font-size: .9rem; }
th, td { text-align: left; padding: 5px 12px 5px 0; border-bottom: 1px solid var(--line); vertical-align: top; }
th { color: var(--soft); font-weight: 500; } td.n, th.n { text-align: right; font-variant-numeric: tabular-nums; }
td.id { overflow-wrap: anywhere; min-width: 9em; } details { margin: 0 0 10px; } summary { cursor: pointer; font-weight: 600; }
pre { margin: 0; padding: 10px; overflow-x: auto; background: var(--page); border-radius: 6px; font-size: .82rem; }
dl { display: grid; grid-template-columns: max-content 1fr; gap: 4px 16px; margin: 0; } dt { color: var(--soft); }
dd { margin: 0; overflow-wrap: anywhere; } figure { margin: 0; min-width: 0; } figcaption { font-size: .9rem; font-weight: 600; margin: 0 0 4px; }
.legend { font-weight: 400; color: var(--soft); margin-left: 12px; } .legend span { margin-right: 12px; white-space: nowrap; }
.key { display: inline-block; width: 12px; height: 3px; border-radius: 2px; margin: 0 5px 3px 0; }
.key.s1 { background: var(--s1); } .key.s2 { background: var(--s2); }
svg { display: block; width: 100%; height: auto; } svg.square { max-width: 340px; } svg.matrix { max-width: none; }
.tick { font-size: 11px; fill: var(--soft); } .grid { stroke: var(--line); } .line { fill: none; stroke-width: 2; stroke-linejoin: round; }
.line.s1 { stroke: var(--s1); } .line.s2 { stroke: var(--s2); } .dot { stroke: var(--card); stroke-width: 1; }
.dot.s1 { fill: var(--s1); } .dot.s2 { fill: var(--s2); } .ideal { stroke: var(--soft); stroke-dasharray: 4 4; }
.cell { fill: var(--page); } .hit { fill: var(--hit); } .miss { fill: var(--miss); }
.count { font-size: 12px; fill: var(--ink); } .count.deep { fill: var(--deep); } .count.none { fill: var(--soft); opacity: .5; }
.gallery { display: grid; grid-template-columns: repeat(auto-fill, minmax(min(100%, 260px), 1fr)); gap: 14px; }
.gallery img { width: 100%; image-rendering: pixelated; border-radius: 6px; display: block; } .gallery figcaption { font-weight: 400; }
`
