#include "report/style.h"

namespace recveil::cli {

const char *const kReportStyle = R"css(
:root {
  color-scheme: light dark;
  --page: #ffffff; --card: #f4f6f8; --line: #c9d1d9; --text: #1b1f24; --quiet: #515a64;
  --mark: #0b57a4; --guess: #6a737d;
  --leak: #b3261e; --clear: #1a6b35; --unsettled: #7a5200;
}
@media screen and (prefers-color-scheme: dark) {
  :root {
    --page: #14171a; --card: #1d2226; --line: #3d454d; --text: #e6e8ea; --quiet: #abb4bd;
    --mark: #7ab8ff; --guess: #929ca6;
    --leak: #ff9a91; --clear: #7fd99a; --unsettled: #f0c060;
  }
}
* { box-sizing: border-box; }
html { -webkit-text-size-adjust: 100%; text-size-adjust: 100%; }
body {
  margin: 0; background: var(--page); color: var(--text);
  font: 16px/1.5 system-ui, "Segoe UI", Roboto, "Helvetica Neue", "DejaVu Sans", sans-serif;
  overflow-wrap: break-word;
}
header, main, footer { max-width: 66rem; margin: 0 auto; padding: 0 1rem; }
header { padding-top: 1.5rem; }
footer { padding-top: 1rem; padding-bottom: 2rem; color: var(--quiet); }
h1 { font-size: 1.75rem; line-height: 1.2; margin: 0 0 .25rem; }
h2 { font-size: 1.3rem; line-height: 1.3; margin: 2.5rem 0 .5rem; }
h3 { font-size: 1rem; margin: 0 0 .25rem; }
p, ul, dl { margin: .5rem 0; max-width: 44rem; }
ul { padding-left: 1.25rem; }
li + li { margin-top: .25rem; }
.quiet, caption { color: var(--quiet); }
.leak { color: var(--leak); } .clear { color: var(--clear); } .unsettled { color: var(--unsettled); }
.word { font-weight: 600; white-space: nowrap; }
a { color: var(--mark); }

.verdict {
  background: var(--card); border-left: .5rem solid; padding: 1rem 1.25rem; margin-top: 1rem;
}
.verdict h2 {
  margin: 0 0 .5rem; font-size: 1.6rem; display: flex; gap: .6rem; align-items: center;
}
.verdict h2 svg { flex: none; width: 1.9rem; height: 1.9rem; fill: currentColor; }
.verdict h2 svg path { fill: none; stroke: var(--card); stroke-width: 3; }
.verdict h3 { margin-top: 1rem; }
.verdict > * { color: var(--text); } .verdict > h2 { color: inherit; }
.warnings { border: 2px solid var(--unsettled); padding: .25rem 1.25rem; margin-top: 1rem; }
.warnings h2 { margin-top: .5rem; }

.panels {
  display: grid; grid-template-columns: repeat(auto-fill, minmax(min(100%, 18rem), 1fr)); gap: 1rem;
}
figure { margin: 0; break-inside: avoid; }
.panels figure { background: var(--card); padding: .75rem; }
figcaption { margin-bottom: .25rem; }

svg text { fill: var(--quiet); font-size: 12px; }
.roc { display: block; width: 100%; max-width: 24rem; margin: 0 auto; }
.grid { stroke: var(--line); stroke-width: 1; }
.guess { stroke: var(--guess); stroke-width: 1.5; stroke-dasharray: 5 4; }
.curve { fill: none; stroke: var(--mark); stroke-width: 2.5; stroke-linejoin: round; }
.whisker { stroke: var(--text); stroke-width: 2; }
.point { fill: var(--text); stroke: var(--text); stroke-width: 1.5; }
.unsure { fill: var(--card); }
table { border-collapse: collapse; width: 100%; }
caption { text-align: left; padding-bottom: .5rem; }
th, td {
  text-align: left; vertical-align: top; padding: .45rem .75rem .45rem 0; border-top: 1px solid var(--line);
}
thead th { border-top: 0; vertical-align: bottom; }
td { font-variant-numeric: tabular-nums; }
.wide small { white-space: nowrap; }
td small { display: block; color: var(--quiet); font-size: .8125rem; }
dl { display: grid; grid-template-columns: fit-content(45%) 1fr; gap: .3rem 1rem; max-width: none; }
dt { color: var(--quiet); } dd { margin: 0; }
header p, li, dd { overflow-wrap: anywhere; }

@media screen and (max-width: 58rem) {
  /* Each row of a wide table becomes a card; roles in the markup keep it a table to a screen reader. */
  .wide, .wide tr, .wide th, .wide td, .wide caption { display: block; }
  .wide tbody {
    display: grid; grid-template-columns: repeat(auto-fill, minmax(min(100%, 18rem), 1fr)); gap: .75rem;
  }
  .wide thead {
    position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%);
  }
  .wide tr { background: var(--card); padding: .75rem; }
  .wide th, .wide td { border: 0; padding: .2rem 0; }
  .wide td { display: grid; grid-template-columns: 9rem 1fr; }
  .wide td::before { content: attr(data-column); color: var(--quiet); grid-row: span 3; }
}
@media print {
  body { font-size: 10.5pt; }
  h2, h3, caption { break-after: avoid; }
  tr, li, dl > div { break-inside: avoid; }
  .wide { font-size: 8.5pt; } .wide small { font-size: 7.5pt; white-space: normal; }
  .panels { grid-template-columns: 1fr 1fr; }
  .panels figure, .verdict { border: 1px solid var(--line); }
  .verdict { border-left: .5rem solid; break-inside: avoid; }
}
)css";

}  // namespace recveil::cli
