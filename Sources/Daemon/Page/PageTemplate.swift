/// The page's HTML, as Mustache. Every value is escaped; a template never writes one as it is.
///
/// Source of the grammar: mustache(5).
enum PageTemplate {
    static let page = head + concerns + live + jobs + servers + findings + firings + foot

    private static let head = """
        <!doctype html>
        <html lang="en">
        <head>
        <meta charset="utf-8">
        <meta name="viewport" content="width=device-width, initial-scale=1">
        <meta name="color-scheme" content="light dark">
        <title>{{title}}</title>
        <link rel="stylesheet" href="/page.css">
        <link rel="icon" type="image/svg+xml" href="/icon-{{mood}}.svg">
        <noscript><meta http-equiv="refresh" content="30"></noscript>
        <script src="/page.js" defer></script>
        </head>
        <body>
        <a class="skip" href="#main">To the jobs</a>
        <header class="top">
        <p class="mark"><a href="/">dbops</a> <span class="quiet">{{host}}</span></p>
        <p class="quiet" id="taken">As of <time datetime="{{now}}">{{nowText}}</time></p>
        </header>
        <main id="main" tabindex="-1">
        <h1 class="verdict {{mood}}" role="status"><span class="lamp" aria-hidden="true"></span>{{verdict}}</h1>

        """

    private static let concerns = """
        {{#hasConcerns}}
        <section aria-labelledby="h-concerns">
        <h2 id="h-concerns" class="unseen">What needs attention</h2>
        <ul class="concerns">
        {{#concerns}}
        <li class="{{weight}}"><span class="tag">{{word}}</span>
        <span class="about">{{#place}}<a href="#{{.}}">{{subject}}</a>{{/place}}{{^place}}{{subject}}{{/place}}</span>
        <span class="said">{{text}}</span></li>
        {{/concerns}}
        </ul>
        </section>
        {{/hasConcerns}}

        """

    private static let live = """
        {{#hasLive}}
        <section aria-labelledby="h-live">
        <h2 id="h-live">Running now</h2>
        <ul class="live">
        {{#live}}
        <li><p><strong>{{job}}</strong> <span>{{phase}}</span></p>
        {{#percent}}<progress max="100" value="{{.}}" aria-label="{{job}}">{{.}} %</progress>{{/percent}}
        {{^percent}}<progress max="100" aria-label="{{job}}">running</progress>{{/percent}}
        <div class="quiet amounts">{{#percent}}{{.}} %, {{/percent}}{{#amount}}{{.}}, {{/amount}}since {{since}}{{#remaining}}, {{.}}{{/remaining}}
        {{#formToken}}<form method="post" action="/api/v1/runs/{{run}}/stop"><input type="hidden" name="form_token" value="{{.}}"><button class="small">Stop {{job}}</button></form>{{/formToken}}</div></li>
        {{/live}}
        </ul>
        </section>
        {{/hasLive}}

        """

    /// A job, for both lists.
    private static let card = """
        <article class="job {{state}}" id="{{place}}" aria-labelledby="{{place}}-name">
        <div class="who">
        <h3 id="{{place}}-name">{{name}}</h3>
        <p class="state {{state}}"><span class="lamp" aria-hidden="true"></span>{{stateWord}}</p>
        <p class="quiet">{{kind}}{{#subject}} {{.}}{{/subject}} · {{schedule}}</p>
        {{#last}}<p class="quiet">last: {{.}}</p>{{/last}}
        {{#next}}<p class="quiet">next: {{.}}</p>{{/next}}
        </div>
        {{#recovery}}
        <div class="recovery {{weight}}">
        <dl>
        <div><dt>You would lose</dt><dd>{{#lost}}<b>{{.}}</b>{{/lost}}{{^lost}}<b class="none">unknown</b>{{/lost}}<small>{{lostDetail}}</small></dd></div>
        <div><dt>You are back in</dt><dd>{{#back}}<b>{{.}}</b>{{/back}}{{^back}}<b class="none">unknown</b>{{/back}}<small>{{backDetail}}</small></dd></div>
        </dl>
        <p class="quiet">{{newest}}{{#pins}} · {{.}}{{/pins}}</p>
        </div>
        {{/recovery}}
        <div class="past">
        {{#strip}}
        {{^isEmpty}}
        <div class="scroll" tabindex="0" role="group" aria-label="Firings of {{name}}">
        <svg class="strip" width="{{width}}" height="48" viewBox="0 -2 {{width}} 48" role="img" aria-label="{{summary}}">
        {{#days}}<text class="day" x="{{x}}" y="42">{{label}}</text><line class="day" x1="{{x}}" x2="{{x}}" y1="31" y2="34"/>{{/days}}
        {{#bars}}<g class="{{kind}}"><title>{{title}}</title><rect class="hit" x="{{x}}" y="0" width="9" height="31"/><rect x="{{x}}" y="{{y}}" width="6" height="{{height}}" rx="1.5"/>{{#hasDot}}<circle cx="{{dotX}}" cy="4" r="2.5"/>{{/hasDot}}</g>{{/bars}}
        </svg>
        </div>
        <p class="quiet small">{{summary}}</p>
        {{/isEmpty}}
        {{#isEmpty}}<p class="quiet">No firing yet, and none to come.</p>{{/isEmpty}}
        {{/strip}}
        <div class="trends">
        {{#trends}}
        <figure><figcaption>{{title}} <b>{{newest}}</b></figcaption>
        <svg class="trend" width="120" height="28" viewBox="0 0 120 28" role="img" aria-label="{{summary}}"><title>{{summary}}</title><polygon points="{{area}}"/><polyline points="{{points}}"/><circle cx="{{lastX}}" cy="{{lastY}}" r="2.5"/></svg></figure>
        {{/trends}}
        </div>
        </div>
        <div class="more">
        {{#evidence}}
        <details id="{{place}}-proof"><summary>Proof: {{summary}}</summary>
        <p class="quiet">Backup <code>{{backup}}</code>, verified {{when}}</p>
        <table><caption class="unseen">Checks of the verification of {{name}}</caption><thead><tr><th scope="col">Check</th><th scope="col">Verdict</th><th scope="col">Found</th></tr></thead><tbody>
        {{#checks}}<tr class="{{verdict}}"><th scope="row">{{name}}</th><td><span class="tag">{{verdict}}</span></td><td>{{found}}</td></tr>{{/checks}}
        </tbody></table></details>
        {{/evidence}}
        {{#formToken}}
        <details id="{{place}}-orders"><summary>Actions</summary>
        <div class="orders">
        <form method="post" action="/api/v1/jobs/{{address}}/run"><input type="hidden" name="form_token" value="{{.}}"><button>Run {{name}} now</button></form>
        {{#canPause}}<form method="post" action="/api/v1/jobs/{{address}}/pause"><input type="hidden" name="form_token" value="{{formToken}}"><button>Pause {{name}}</button></form>{{/canPause}}
        {{#canResume}}<form method="post" action="/api/v1/jobs/{{address}}/resume"><input type="hidden" name="form_token" value="{{formToken}}"><button>Resume {{name}}</button></form>{{/canResume}}
        </div></details>
        {{/formToken}}
        </div>
        </article>

        """

    private static let jobs = """
        {{#hasBackups}}
        <section aria-labelledby="h-backups">
        <h2 id="h-backups">Backups</h2>
        {{#backups}}
        \(card)
        {{/backups}}
        </section>
        {{/hasBackups}}
        {{#hasOthers}}
        <section aria-labelledby="h-others">
        <h2 id="h-others">Other jobs</h2>
        {{#others}}
        \(card)
        {{/others}}
        </section>
        {{/hasOthers}}

        """

    private static let servers = """
        {{#hasServers}}
        <div class="pair">
        <section aria-labelledby="h-stores">
        <h2 id="h-stores">Stores</h2>
        <ul class="rows">
        {{#stores}}<li class="{{state}}"><span class="lamp" aria-hidden="true"></span><strong>{{name}}</strong> <span class="tag">{{state}}</span> <span class="quiet">{{facts}}</span>{{#trouble}}<span class="said">{{.}}</span>{{/trouble}}</li>{{/stores}}
        </ul>
        </section>
        <section aria-labelledby="h-databases">
        <h2 id="h-databases">Databases</h2>
        <ul class="rows">
        {{#databases}}<li class="{{state}}"><span class="lamp" aria-hidden="true"></span><strong>{{name}}</strong> <span class="tag">{{state}}</span> <span class="quiet">{{facts}}</span>{{#trouble}}<span class="said">{{.}}</span>{{/trouble}}</li>{{/databases}}
        </ul>
        </section>
        </div>
        {{/hasServers}}

        """

    private static let findings = """
        {{#hasFindings}}
        <section aria-labelledby="h-findings">
        <h2 id="h-findings">Findings</h2>
        <ul class="findings">
        {{#findings}}
        <li class="{{severity}}"><details><summary><span class="tag">{{severity}}</span> <strong>{{object}}</strong> {{summary}}</summary>
        {{#advice}}<p>{{.}}</p>{{/advice}}
        <pre>{{#statements}}{{.}}
        {{/statements}}</pre>
        <p class="quiet">{{caveat}} <span class="small">Found by {{job}}.</span></p></details></li>
        {{/findings}}
        </ul>
        {{#moreFindings}}<p class="quiet">{{.}}</p>{{/moreFindings}}
        </section>
        {{/hasFindings}}

        """

    private static let firings = """
        {{#hasFirings}}
        <section aria-labelledby="h-next">
        <h2 id="h-next">Next</h2>
        <ol class="firings">
        {{#firings}}<li><time datetime="{{instant}}">{{at}}</time> <span class="quiet">{{relative}}</span> <a href="#{{place}}">{{job}}</a></li>{{/firings}}
        </ol>
        </section>
        {{/hasFirings}}

        """

    private static let foot = """
        </main>
        <footer><p class="quiet">{{footer}}</p>
        <p class="quiet">Times are UTC. <a href="/metrics">Metrics</a> · <a href="/readyz">Readiness</a> · <a href="/api/v1/jobs">Jobs as JSON</a></p></footer>
        </body>
        </html>

        """

    static let failure = """
        <!doctype html>
        <html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
        <meta name="color-scheme" content="light dark"><title>dbops: {{message}}</title>
        <link rel="stylesheet" href="/page.css"><link rel="icon" type="image/svg+xml" href="/icon-warn.svg"></head>
        <body><main id="main"><h1 class="verdict warn"><span class="lamp" aria-hidden="true"></span>Not done: {{message}}.</h1>
        {{#hint}}<p>{{.}}</p>{{/hint}}
        <p><a href="/">Back to the jobs</a></p></main></body></html>

        """
}
