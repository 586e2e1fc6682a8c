/// The looks of a report: one column on a narrow screen, light or dark as the reader's machine is.
enum ReportStyle {
  static let sheet: StaticString = """
    :root {
      color-scheme: light dark;
      --page: #f4f5f8; --card: #ffffff; --text: #1c2128; --soft: #57606a; --line: #d5dae1; --code: #eef0f4;
      --link: #0b57b7; --good: #0f6130; --good-back: #dcf5e3; --warning: #744700; --warning-back: #fdf0cf;
      --bad: #a5122a; --bad-back: #fde4e6; --plain: #434b56; --plain-back: #e8ebf0;
      --added: #17753f; --changed: #925600; --removed: #c9273f; --area: #0b62c4; --area-back: #c9def6;
      --one: #0b62c4; --two: #b26a00; --three: #1f8a4c; --four: #8245c4; --five: #c22f7c; --rest: #6c7683;
    }
    @media (prefers-color-scheme: dark) {
      :root {
        --page: #0e1116; --card: #171b22; --text: #e5e9ef; --soft: #a0a9b5; --line: #303743; --code: #222834;
        --link: #7db8ff; --good: #7fdc9d; --good-back: #12331f; --warning: #f0c36a; --warning-back: #38290a;
        --bad: #ff9aa5; --bad-back: #45151c; --plain: #c3cad4; --plain-back: #2a313c;
        --added: #4cc27c; --changed: #e0a030; --removed: #f56a7b; --area: #5aa5f5; --area-back: #1c3a5c;
        --one: #5aa5f5; --two: #e0a030; --three: #4cc27c; --four: #b892f0; --five: #f07fb8; --rest: #8d97a5;
      }
    }
    * { box-sizing: border-box; }
    html { -webkit-text-size-adjust: 100%; scroll-behavior: smooth; }
    body {
      margin: 0 auto; max-width: 68rem; padding: 2.5rem 1.5rem 3rem; background: var(--page); color: var(--text);
      font: 1rem/1.55 system-ui, -apple-system, "Segoe UI", "Noto Sans", "DejaVu Sans", sans-serif;
      overflow-wrap: break-word;
    }
    code, bdi, dd, .notices li { overflow-wrap: anywhere; }
    h1 { margin: 0; font-size: 1.9rem; line-height: 1.2; letter-spacing: -0.01em; }
    h2 { margin: 0 0 0.75rem; font-size: 1.3rem; line-height: 1.25; }
    h3 { margin: 2rem 0 0.75rem; padding-top: 1.25rem; border-top: 1px solid var(--line); font-size: 1.05rem; }
    h4 { margin: 0; font-size: 1rem; }
    p { margin: 0.35rem 0; }
    ul, ol, dl, dd, figure { margin: 0; padding: 0; }
    li { list-style: none; }
    a { color: var(--link); }
    a:focus-visible, summary:focus-visible { outline: 2px solid var(--link); outline-offset: 3px; border-radius: 4px; }
    header > p, footer, .meta, .note, .why, .size, figcaption, caption, .scale, .dates { color: var(--soft); }
    footer { margin-top: 2rem; font-size: 0.875rem; }
    code {
      padding: 0.1em 0.35em; border-radius: 5px; background: var(--code);
      font: 0.875em/1.4 ui-monospace, SFMono-Regular, "Noto Sans Mono", "DejaVu Sans Mono", Menlo, monospace;
    }
    code.excerpt { display: block; padding: 0.5em 0.7em; }
    .links { display: flex; flex-wrap: wrap; gap: 0.4rem 1.25rem; margin-top: 0.75rem; }
    .card {
      margin-top: 1.25rem; padding: 1.5rem 1.75rem; border: 1px solid var(--line); border-radius: 14px;
      background: var(--card);
    }
    .tiles { display: grid; grid-template-columns: repeat(auto-fit, minmax(9rem, 1fr)); gap: 0.75rem; margin-top: 1.5rem; }
    .tiles div {
      display: flex; flex-direction: column-reverse; padding: 0.9rem 1.1rem; border: 1px solid var(--line);
      border-radius: 14px; background: var(--card);
    }
    .tiles dt { color: var(--soft); font-size: 0.875rem; }
    .tiles dd { font-size: 1.5rem; font-weight: 650; line-height: 1.25; font-variant-numeric: tabular-nums; }
    .badge {
      display: inline-block; padding: 0.05rem 0.55rem; border-radius: 999px; overflow-wrap: normal; font-size: 0.8125rem; font-weight: 600;
    }
    .good { background: var(--good-back); color: var(--good); }
    .warning { background: var(--warning-back); color: var(--warning); }
    .bad { background: var(--bad-back); color: var(--bad); }
    .plain.badge { background: var(--plain-back); color: var(--plain); }
    .alert { margin: 0.75rem 0; padding: 0.7rem 1rem; border-left: 4px solid currentColor; border-radius: 6px; }
    .notices li { padding: 0.5rem 0; border-top: 1px solid var(--line); }
    .notices li:first-child { border-top: 0; padding-top: 0; }
    .notices a { color: inherit; text-decoration-color: var(--soft); text-underline-offset: 3px; }
    .facts { display: grid; grid-template-columns: repeat(auto-fit, minmax(13rem, 1fr)); gap: 0.9rem 1.5rem; margin-top: 1rem; }
    .facts dt { color: var(--soft); font-size: 0.875rem; }
    .facts div:first-child { grid-column: 1 / -1; }
    ul.plain li { margin: 0.2rem 0; }

    .timeline { margin-top: 1.25rem; border-left: 2px solid var(--line); }
    .sync { position: relative; padding: 0 0 1.5rem 1.5rem; }
    .sync:last-child { padding-bottom: 0.25rem; }
    .sync::before {
      content: ""; position: absolute; left: -7px; top: 0.42rem; width: 12px; height: 12px; border-radius: 50%;
      border: 2px solid var(--card); background: var(--area);
    }
    .sync.unproven::before { background: var(--card); border-color: var(--bad); }
    .title { display: flex; flex-wrap: wrap; align-items: center; gap: 0.25rem 0.5rem; }
    .counts { display: flex; flex-wrap: wrap; align-items: center; gap: 0.25rem 0.9rem; margin: 0.5rem 0; }
    .counts .bar { width: 8rem; height: 8px; border-radius: 4px; }
    .count, .amount, .number, .size { font-variant-numeric: tabular-nums; }
    .count::before { content: ""; display: inline-block; width: 9px; height: 9px; margin-right: 6px; border-radius: 2px; }
    .count.added::before { background: var(--added); }
    .count.changed::before { background: var(--changed); }
    .count.removed::before { background: var(--removed); }
    .files li { display: flex; align-items: baseline; gap: 0.5rem; padding: 0.15rem 0; }
    .files .size { font-size: 0.875rem; white-space: nowrap; }
    .mark { width: 1ch; font: 600 1rem/1 ui-monospace, "DejaVu Sans Mono", monospace; }
    .mark.added { color: var(--added); }
    .mark.changed { color: var(--changed); }
    .mark.removed { color: var(--removed); }
    details { margin-top: 0.35rem; }
    summary { color: var(--link); cursor: pointer; }
    details > ul { margin-top: 0.4rem; }

    .figures { display: grid; grid-template-columns: 3fr 2fr; gap: 1.5rem 2.5rem; }
    .chart { margin-top: 0.5rem; }
    figcaption { margin-bottom: 0.75rem; font-size: 0.9375rem; }
    svg { display: block; width: 100%; }
    .bar { height: 18px; border-radius: 6px; background: var(--code); }
    .plot { display: grid; grid-template-columns: auto 1fr; gap: 0.6rem; }
    .scale { display: flex; flex-direction: column; justify-content: space-between; font-size: 0.8125rem; text-align: right; }
    .scale, .dates { line-height: 1; }
    .steps { height: 100px; border-bottom: 1px solid var(--soft); }
    .dates { display: flex; grid-column: 2; justify-content: space-between; gap: 1rem; font-size: 0.8125rem; }
    .area { fill: var(--area-back); }
    .top { fill: none; stroke: var(--area); stroke-width: 2px; vector-effect: non-scaling-stroke; }
    .step { fill: transparent; }
    .step:hover { fill: var(--area); fill-opacity: 0.18; }
    .step.unproven { fill: var(--bad); fill-opacity: 0.3; }
    rect.added { fill: var(--added); }
    rect.changed { fill: var(--changed); }
    rect.removed { fill: var(--removed); }
    .bar rect { stroke: var(--card); stroke-width: 1.5px; vector-effect: non-scaling-stroke; }
    .legend { display: grid; gap: 0.3rem; margin-top: 0.75rem; }
    .legend li, .line { display: flex; align-items: baseline; gap: 0.6rem; }
    .legend .amount, .line .amount { margin-left: auto; padding-left: 0.75rem; white-space: nowrap; }
    .line { margin: 0.3rem 0 0.9rem; }
    .swatch { flex: none; width: 12px; height: 12px; border-radius: 3px; align-self: center; }
    .colour1 { fill: var(--one); background: var(--one); }
    .colour2 { fill: var(--two); background: var(--two); }
    .colour3 { fill: var(--three); background: var(--three); }
    .colour4 { fill: var(--four); background: var(--four); }
    .colour5 { fill: var(--five); background: var(--five); }
    .others, .raw { fill: var(--rest); background: var(--rest); }
    .shared { fill: var(--text); background: var(--text); }
    .kept { fill: var(--soft); background: var(--soft); }
    .unreachable { fill: var(--removed); background: var(--removed); }
    .stored { fill: var(--one); background: var(--one); }

    table { width: 100%; margin-top: 1.25rem; border-collapse: collapse; font-size: 0.9375rem; }
    caption { padding-bottom: 0.5rem; text-align: left; font-size: 0.9375rem; }
    th, td { padding: 0.55rem 0.75rem 0.55rem 0; border-top: 1px solid var(--line); text-align: left; vertical-align: top; }
    th:last-child, td:last-child { padding-right: 0; }
    td, tbody th { min-width: 8rem; overflow-wrap: anywhere; }
    td.number { min-width: 0; }
    thead th { border-top: 0; color: var(--soft); font-size: 0.8125rem; font-weight: 600; }
    tbody th { font-weight: 600; }
    th.number, td.number { text-align: right; white-space: nowrap; }
    .card p.note, .why { font-size: 0.9375rem; }

    @media (max-width: 599px) {
      body { padding: 1.25rem 0.75rem 2rem; }
      h1 { font-size: 1.5rem; }
      .card { padding: 1.1rem 1rem; }
      .tiles { grid-template-columns: 1fr 1fr; }
      .tiles div { padding: 0.7rem 0.9rem; }
      .figures { grid-template-columns: 1fr; }
      .sync { padding-left: 1.1rem; }
      .counts .bar { width: 100%; }
    }
    @media (max-width: 899px) {
      table, tbody, tr, th, td, caption { display: block; }
      thead { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); }
      tbody tr { padding: 0.75rem 0; border-top: 1px solid var(--line); }
      th, td, th.number, td.number { padding: 0.15rem 0; border: 0; text-align: left; white-space: normal; }
      td { display: grid; grid-template-columns: 6.5rem 1fr; gap: 0.75rem; }
      td::before { content: attr(data-label); color: var(--soft); font-size: 0.875rem; }
      td.none { display: none; }
    }
    @media print { body { max-width: none; background: none; } .card, .tiles div { break-inside: avoid; } nav { display: none; } }
    """
}
