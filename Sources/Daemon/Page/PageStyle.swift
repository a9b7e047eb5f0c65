/// The page's look: calm where all is well, and where not there is colour, shape and a word.
enum PageStyle {
    static let css = colours + body + concerns + jobs + drawings + rest

    /// Texts have a contrast of at least 4.5 to 1 against what is below them, in both schemes. Source: WCAG 2.2, 1.4.3.
    private static let colours = """
        :root {
          color-scheme: light dark;
          --paper: #f7f6f3; --sheet: #ffffff; --ink: #1c2126; --quiet: #59626c; --line: #e2dfd8;
          --well: #257a55; --warn: #8f5a00; --bad: #b3271b; --run: #2563a6;
          --well-fill: #58a983; --warn-fill: #e0a030; --bad-fill: #d4483a; --run-fill: #4a8bd0; --none-fill: #c9c5bb;
          --warn-wash: #fdf4e0; --bad-wash: #fcebe8; --note-wash: #eef1f4;
        }
        @media (prefers-color-scheme: dark) {
          :root {
            --paper: #121518; --sheet: #1a1e22; --ink: #e7e5e0; --quiet: #9fa8b2; --line: #2b3137;
            --well: #6cc49b; --warn: #e5b25a; --bad: #f28b7e; --run: #84b6ec;
            --well-fill: #3f8f6b; --warn-fill: #c08a2e; --bad-fill: #d85a4c; --run-fill: #4d88c4; --none-fill: #4a525a;
            --warn-wash: #2a2416; --bad-wash: #2d1c1a; --note-wash: #20262b;
          }
        }

        """

    private static let body = """
        * { box-sizing: border-box; }
        html { font: 15px/1.45 system-ui, -apple-system, "Segoe UI", "Noto Sans", sans-serif; -webkit-text-size-adjust: 100%; }
        body { margin: 0 auto; padding: 0 20px 32px; max-width: 1240px; background: var(--paper); color: var(--ink); font-variant-numeric: tabular-nums; }
        h1, h2, h3, p, ul, ol, dl, dd, figure { margin: 0; padding: 0; }
        ul, ol { list-style: none; }
        a { color: inherit; text-decoration-color: var(--quiet); text-underline-offset: 2px; }
        a:hover { text-decoration-thickness: 2px; }
        :focus-visible { outline: 2px solid var(--run); outline-offset: 2px; border-radius: 3px; }
        main:focus { outline: none; }
        code, pre { font: 13px/1.5 ui-monospace, "DejaVu Sans Mono", monospace; }
        .quiet { color: var(--quiet); font-size: 13px; }
        .small { font-size: 12px; }
        .unseen { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }
        .skip { position: absolute; left: -9999px; }
        .skip:focus { left: 8px; top: 8px; background: var(--sheet); padding: 6px 10px; z-index: 1; }
        .top { display: flex; flex-wrap: wrap; justify-content: space-between; align-items: baseline; gap: 4px 16px; padding: 14px 0 10px; border-bottom: 1px solid var(--line); }
        .mark { font-weight: 650; letter-spacing: -0.01em; }
        .mark a { text-decoration: none; }
        .mark .quiet { font-weight: 400; margin-left: 6px; }
        .stale #taken { color: var(--bad); font-weight: 600; }
        h2 { font-size: 12px; font-weight: 650; letter-spacing: 0.07em; text-transform: uppercase; color: var(--quiet); margin: 28px 0 8px; }
        .verdict { display: flex; align-items: center; gap: 12px; font-size: 26px; font-weight: 600; letter-spacing: -0.015em; line-height: 1.2; margin: 22px 0 14px; }
        .lamp { flex: none; display: inline-block; width: 9px; height: 9px; border-radius: 50%; background: var(--none-fill); }
        .verdict .lamp { width: 16px; height: 16px; }
        .well > .lamp, .up > .lamp { background: var(--well-fill); }
        .warn > .lamp { background: var(--warn-fill); border-radius: 2px; }
        .bad > .lamp, .down > .lamp { background: var(--bad-fill); border-radius: 1px; transform: rotate(45deg); }
        .running > .lamp { background: transparent; border: 2px solid var(--run-fill); }
        .paused > .lamp { width: 9px; background: transparent; border: solid var(--quiet); border-width: 0 3px; border-radius: 0; }

        """

    private static let concerns = """
        .tag { font-size: 11px; font-weight: 650; letter-spacing: 0.03em; text-transform: uppercase; }
        .concerns { border-radius: 8px; overflow: hidden; border: 1px solid var(--line); }
        .concerns li { display: grid; grid-template-columns: 72px minmax(110px, 170px) 1fr; gap: 2px 14px; align-items: baseline; padding: 9px 14px; background: var(--note-wash); border-left: 4px solid var(--none-fill); }
        .concerns li + li { border-top: 1px solid var(--line); }
        .concerns .bad { background: var(--bad-wash); border-left-color: var(--bad-fill); }
        .concerns .bad .tag { color: var(--bad); }
        .concerns .warn { background: var(--warn-wash); border-left-color: var(--warn-fill); }
        .concerns .warn .tag { color: var(--warn); }
        .concerns .note .tag { color: var(--quiet); }
        .about { font-weight: 600; overflow-wrap: anywhere; }
        .said { overflow-wrap: anywhere; }
        .live li { background: var(--sheet); border: 1px solid var(--line); border-left: 4px solid var(--run-fill); border-radius: 8px; padding: 10px 14px; }
        .live li + li { margin-top: 8px; }
        .live p, .amounts { display: flex; flex-wrap: wrap; gap: 2px 8px; align-items: baseline; }
        .amounts form { margin-left: auto; }
        progress { width: 100%; height: 6px; margin: 6px 0 2px; accent-color: var(--run-fill); border: 0; border-radius: 3px; background: var(--line); appearance: none; }
        progress::-webkit-progress-bar { background: var(--line); border-radius: 3px; }
        progress::-webkit-progress-value { background: var(--run-fill); border-radius: 3px; }
        progress::-moz-progress-bar { background: var(--run-fill); border-radius: 3px; }
        progress:indeterminate { background: repeating-linear-gradient(90deg, var(--run-fill) 0 12px, var(--line) 12px 24px); }
        progress:indeterminate::-webkit-progress-bar { background: transparent; }

        """

    private static let jobs = """
        .job { display: grid; grid-template-columns: minmax(220px, 270px) minmax(230px, 300px) minmax(0, 1fr); gap: 4px 28px; background: var(--sheet); border: 1px solid var(--line); border-radius: 8px; padding: 14px 16px 10px; }
        .job + .job { margin-top: 8px; }
        .job.bad { border-color: var(--bad-fill); }
        .job:target { outline: 2px solid var(--run); }
        .job h3 { font-size: 17px; font-weight: 600; letter-spacing: -0.01em; overflow-wrap: anywhere; }
        .state { display: flex; align-items: center; gap: 7px; font-size: 13px; font-weight: 600; margin: 1px 0 4px; }
        .state.well { color: var(--well); } .state.warn { color: var(--warn); } .state.bad { color: var(--bad); }
        .state.running { color: var(--run); } .state.idle, .state.paused { color: var(--quiet); }
        .past { grid-column: 3; min-width: 0; }
        .job:not(:has(.recovery)) .past { grid-column: 2 / 4; }
        .more { grid-column: 1 / -1; display: flex; flex-wrap: wrap; gap: 0 24px; border-top: 1px solid var(--line); margin-top: 8px; padding-top: 6px; }
        .more:empty { display: none; }
        .more details[open] { flex-basis: 100%; }
        summary { cursor: pointer; font-size: 13px; color: var(--quiet); padding: 3px 0; }
        summary:hover { color: var(--ink); }
        .recovery dl { display: grid; grid-template-columns: 1fr 1fr; gap: 12px; }
        .recovery dt { font-size: 12px; color: var(--quiet); }
        .recovery b { display: block; font-size: 22px; font-weight: 600; letter-spacing: -0.02em; line-height: 1.25; }
        .recovery b.none { color: var(--warn); font-weight: 500; font-size: 18px; }
        .recovery.bad b { color: var(--bad); }
        .recovery.idle b.none { color: var(--quiet); }
        .recovery small { display: block; font-size: 12px; line-height: 1.35; color: var(--quiet); }
        .recovery > p { margin-top: 6px; }
        table { border-collapse: collapse; margin: 6px 0 8px; font-size: 13px; }
        th, td { text-align: left; padding: 3px 18px 3px 0; vertical-align: top; font-weight: 400; }
        thead th { font-size: 12px; color: var(--quiet); border-bottom: 1px solid var(--line); }
        td { overflow-wrap: anywhere; }
        .passed .tag { color: var(--well); } .failed .tag { color: var(--bad); } .skipped .tag { color: var(--quiet); }
        form { display: inline-block; margin: 2px 6px 6px 0; }
        button { font: inherit; font-size: 13px; min-height: 32px; padding: 4px 12px; color: var(--ink); background: var(--paper); border: 1px solid var(--quiet); border-radius: 6px; cursor: pointer; }
        button:hover { border-color: var(--ink); }
        button.small { min-height: 26px; padding: 1px 9px; }

        """

    private static let drawings = """
        .scroll { overflow-x: auto; scrollbar-width: thin; }
        .strip { display: block; }
        .strip .hit { fill: transparent; }
        .strip g:hover .hit { fill: var(--line); }
        .strip .succeeded rect:not(.hit) { fill: var(--well-fill); }
        .strip .partial rect:not(.hit), .strip .partial circle { fill: var(--warn-fill); }
        .strip .failed rect:not(.hit), .strip .failed circle, .strip .interrupted rect:not(.hit), .strip .interrupted circle { fill: var(--bad-fill); }
        .strip .missed rect:not(.hit) { fill: var(--sheet); stroke: var(--warn-fill); stroke-width: 1.6; }
        .strip .skipped rect:not(.hit), .strip .cancelled rect:not(.hit) { fill: var(--none-fill); }
        .strip .running rect:not(.hit) { fill: var(--sheet); stroke: var(--run-fill); stroke-width: 1.6; }
        .strip .coming rect:not(.hit) { fill: none; stroke: var(--quiet); stroke-width: 1; }
        .strip text { font-size: 10px; fill: var(--quiet); }
        .strip line { stroke: var(--quiet); }
        .trends { display: flex; flex-wrap: wrap; gap: 8px 28px; margin-top: 6px; }
        figcaption { font-size: 12px; color: var(--quiet); }
        figcaption b { color: var(--ink); font-weight: 600; }
        .trend { display: block; }
        .trend polyline { fill: none; stroke: var(--run-fill); stroke-width: 1.5; stroke-linejoin: round; }
        .trend polygon { fill: var(--run-fill); opacity: 0.13; }
        .trend circle { fill: var(--run-fill); }

        """

    private static let rest = """
        .pair { display: grid; grid-template-columns: 1fr 1fr; gap: 0 20px; }
        .rows, .findings, .firings { background: var(--sheet); border: 1px solid var(--line); border-radius: 8px; padding: 4px 14px; }
        .rows li { display: flex; flex-wrap: wrap; align-items: center; gap: 2px 9px; padding: 7px 0; overflow-wrap: anywhere; }
        .rows li + li, .findings li + li { border-top: 1px solid var(--line); }
        .rows .tag { color: var(--quiet); } .rows .up .tag { color: var(--well); } .rows .down .tag { color: var(--bad); }
        .rows .said { flex-basis: 100%; color: var(--bad); font-size: 13px; }
        .rows .quiet { min-width: 0; overflow-wrap: anywhere; }
        .findings li { padding: 3px 0; }
        .findings summary { color: var(--ink); font-size: 14px; }
        .findings .critical .tag { color: var(--bad); } .findings .warning .tag { color: var(--warn); } .findings .notice .tag { color: var(--quiet); }
        .findings .tag { display: inline-block; min-width: 68px; }
        .findings p { margin: 4px 0; }
        pre { margin: 6px 0; padding: 8px 12px; background: var(--paper); border: 1px solid var(--line); border-radius: 6px; overflow-x: auto; }
        pre:empty { display: none; }
        .firings { columns: 3 280px; column-gap: 28px; padding: 8px 14px; }
        .firings li { padding: 2px 0; break-inside: avoid; }
        .firings .quiet { display: inline-block; min-width: 88px; }
        footer { margin-top: 32px; padding-top: 12px; border-top: 1px solid var(--line); }
        footer p + p { margin-top: 3px; }
        @media (max-width: 900px) {
          .job { grid-template-columns: 1fr 1fr; }
          .past, .job:not(:has(.recovery)) .past { grid-column: 1 / -1; }
          .pair { grid-template-columns: 1fr; }
        }
        @media (max-width: 560px) {
          body { padding: 0 12px 24px; }
          .job { grid-template-columns: 1fr; gap: 10px; padding: 12px; }
          .recovery { border-top: 1px solid var(--line); padding-top: 8px; }
          .verdict { font-size: 22px; }
          .concerns li { grid-template-columns: auto 1fr; }
          .concerns .said { grid-column: 1 / -1; }
          button { min-height: 40px; }
          summary { padding: 8px 0; }
          th, td { padding-right: 10px; }
        }
        @media (forced-colors: active) { .lamp { border: 1px solid; } }
        @media print { .more, .skip { display: none; } body { max-width: none; } }

        """
}
