import { CHANGE_PICTURE_STYLE } from "../../operations/changes/change-picture.ts";

/** The page's style sheet: light and dark by the reader's setting, cards that hold from 320 px up, no colour that alone means something. */
export const STYLE = `:root{color-scheme:light dark;--paper:#f6f5f2;--card:#fff;--ink:#1d2126;--soft:#5c6570;--line:#dfdcd5;--band:#b9d3c4;--band-line:#5d8a72;--mark:#1d2126;--odd:#b4400d;--link:#0b5394}
@media (prefers-color-scheme:dark){:root{--paper:#14171a;--card:#1c2125;--ink:#e8e6e1;--soft:#a0a9b2;--line:#30373d;--band:#2f5644;--band-line:#7fb89b;--mark:#e8e6e1;--odd:#ff9a62;--link:#8ec2f5}}
*{box-sizing:border-box}
body{margin:0;background:var(--paper);color:var(--ink);font:16px/1.5 system-ui,-apple-system,"Segoe UI",Roboto,"Helvetica Neue",Arial,sans-serif;font-variant-numeric:tabular-nums}
a{color:var(--link);text-underline-offset:.15em}
a:focus-visible{outline:2px solid var(--link);outline-offset:3px;border-radius:2px}
.top,main{max-width:64rem;margin:0 auto;padding:0 1.5rem}
.top{display:flex;align-items:baseline;gap:.75rem;padding-top:1.75rem}
.brand{font-weight:700;font-size:1.35rem;letter-spacing:-.02em;color:var(--ink);text-decoration:none}
h1{font-size:1.35rem;font-weight:400;margin:0;color:var(--soft)}
h1::before{content:"/";margin-right:.75rem;color:var(--line)}
.summary{display:flex;flex-wrap:wrap;gap:.5rem 2.25rem;margin:1.25rem 0 0;padding:1rem 0;border-top:1px solid var(--line);border-bottom:1px solid var(--line)}
.summary dt{font-size:.8rem;color:var(--soft)}
.summary dd{margin:0;font-size:1.1rem;font-weight:600;overflow-wrap:anywhere}
.day>h2{font-size:.95rem;font-weight:600;color:var(--soft);margin:2rem 0 .6rem}
article{background:var(--card);border:1px solid var(--line);border-radius:10px;padding:1rem 1.25rem .9rem;margin:0 0 .9rem}
article header{display:grid;grid-template-columns:1fr auto;gap:0 1rem;align-items:baseline}
.when{grid-column:1;margin:0;font-size:.85rem;color:var(--soft)}
.ago::before{content:" · "}
.score{grid-column:2;grid-row:1;margin:0;font-size:.85rem;color:var(--soft);white-space:nowrap}
.score b{color:var(--ink)}
h3{grid-column:1/-1;margin:.1rem 0 0;font-size:1rem;font-weight:400;overflow-wrap:anywhere}
.repository{font-weight:600}
.repository::after{content:" ·";color:var(--soft);font-weight:400}
.reason::first-letter,.evidence::first-letter{text-transform:uppercase}
.reason{margin:.5rem 0 .2rem;font-size:1.15rem;line-height:1.4;overflow-wrap:anywhere}
.evidence{margin:.3rem 0;font-size:.92rem;line-height:1.4;overflow-wrap:anywhere}
.title{margin:0;color:var(--soft);font-size:.9rem;overflow-wrap:anywhere}
table{border-collapse:collapse;width:100%;margin:.6rem 0 .3rem;font-size:.92rem}
thead th{font-size:.78rem;font-weight:400;color:var(--soft);text-align:left;padding:0 1rem .2rem 0}
tbody th,td{border-top:1px solid var(--line);padding:.3rem 1rem .3rem 0;text-align:left;vertical-align:middle;overflow-wrap:anywhere}
tbody th{font-weight:400;width:20%}
tbody th::first-letter{text-transform:uppercase}
td:nth-child(2){width:27%}
td:nth-child(3){width:20%}
td b{font-weight:600}
.inside td b{font-weight:400}
.side{font-size:.8rem;color:var(--soft);margin-left:.35rem;white-space:nowrap}
.outside .side,.outside td b{color:var(--odd)}
.picture{padding-right:0}
.range{display:block;width:100%;max-width:18rem;height:auto;margin-left:-.4rem}
.track{stroke:var(--line);stroke-width:1.5;fill:none}
.band{fill:var(--band)}
.middle{stroke:var(--band-line);stroke-width:1.5;fill:none}
.mark{fill:var(--mark);stroke:var(--card);stroke-width:1.5}
.mark.out{fill:var(--odd)}
.chips{display:flex;flex-wrap:wrap;gap:.25rem 1.1rem;margin:.45rem 0 0;font-size:.85rem}
.chip{overflow-wrap:anywhere}
.what{color:var(--soft)}
.notice{background:var(--card);border:1px solid var(--line);border-radius:10px;padding:1.5rem;margin:2rem 0}
.notice h2{margin:0 0 .4rem;font-size:1.25rem}
.notice p{margin:.4rem 0 0;max-width:42rem}
code{font:.92em ui-monospace,SFMono-Regular,Menlo,Consolas,monospace;background:var(--paper);border:1px solid var(--line);border-radius:4px;padding:.05em .35em;white-space:nowrap}
.pages{display:flex;justify-content:space-between;gap:1rem;margin:1.5rem 0}
footer{margin:2rem 0 3rem;padding-top:1rem;border-top:1px solid var(--line);color:var(--soft);font-size:.85rem}
footer p{margin:.2rem 0;max-width:46rem}
@media (max-width:40rem){
.top,main{padding-left:1rem;padding-right:1rem}
.summary{gap:.6rem 1.5rem}
article{padding:.85rem .9rem .75rem}
thead{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%)}
table,tbody{display:block}
tbody tr{display:grid;grid-template-columns:1fr auto;gap:0 .75rem;border-top:1px solid var(--line);padding:.35rem 0}
tbody th,td,td:nth-child(2),td:nth-child(3){border:0;padding:0;width:auto}
tbody th{color:var(--soft);grid-column:1/-1}
td:nth-child(3){text-align:right;color:var(--soft)}
td:nth-child(3)::before{content:"usual "}
td.picture{grid-column:1/-1}
.range{max-width:22rem}
}
.changes{margin-top:1.25rem}
.changes>h2{font-size:1.1rem;margin:0}
.changes>p{margin:.1rem 0 .8rem;color:var(--soft);font-size:.92rem}
.incident h3 .state{color:var(--soft);margin-left:.5rem;font-size:.85rem}
.incident .level{margin:.35rem 0 0;font-size:1.05rem;overflow-wrap:anywhere}
.incident .cost{margin:.1rem 0 0;font-weight:600}
.incident .soft{margin:.15rem 0 0;color:var(--soft);font-size:.85rem;overflow-wrap:anywhere}
${CHANGE_PICTURE_STYLE}
@media print{body{background:#fff}article{break-inside:avoid}}
`;
