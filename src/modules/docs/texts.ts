/** The script and the styles of the docs page. They are served as files. */

/** Calls go to the origin of the page. It can differ from APP_URL: behind a tunnel, or on a test port. */
export const SCRIPT = `fetch('/openapi.json')
  .then((response) => response.json())
  .then((spec) => {
    SwaggerUIBundle({
      spec: { ...spec, servers: [{ url: location.origin }] },
      dom_id: '#docs',
      deepLinking: true,
      filter: true,
      displayRequestDuration: true,
      defaultModelsExpandDepth: 0,
      validatorUrl: null,
    })
  })
`

export const STYLES = `body { margin: 0; font: 16px/1.5 system-ui, sans-serif; color: #1f2430; background: #fff; }
body > header { display: flex; gap: 2rem; align-items: baseline; padding: 0.9rem max(1.25rem, calc((100% - 69.5rem) / 2)); background: #1f2430; color: #fff; }
body > header strong { font-size: 1.1rem; }
body > header nav { display: flex; gap: 1.25rem; }
body > header a { color: #cfd6e4; text-decoration: none; }
body > header a:hover { color: #fff; text-decoration: underline; }
#docs .wrapper { max-width: 72rem; padding: 0 1.25rem; }
#docs .info { margin: 2rem 0 1rem; }
#docs .scheme-container { padding: 1rem 0; }
.errors h1 { margin: 1rem 0 0.5rem; }
main.errors { max-width: 46rem; margin: 0 auto; padding: 1rem 1.25rem 6rem; }
.errors section { padding: 0.75rem 1rem; border-left: 3px solid #dfe3ea; margin: 1rem 0; scroll-margin-top: 1rem; }
.errors section:target { border-color: #2563eb; background: #eff4ff; }
.errors h2 { margin: 0; font-size: 1rem; display: flex; justify-content: space-between; gap: 1rem; }
.errors h2 a { color: inherit; text-decoration: none; }
.errors h2 a:hover { text-decoration: underline; }
.errors h2 span { color: #5b6475; font-variant-numeric: tabular-nums; }
.errors p { margin: 0.25rem 0; }
.errors .remedy { color: #5b6475; }
main.guide { max-width: 52rem; margin: 0 auto; padding: 1rem 1.25rem 6rem; }
.guide table { border-collapse: collapse; }
.guide th, .guide td { padding: 0.4rem 0.75rem; border: 1px solid #dfe3ea; text-align: left; vertical-align: top; }
.guide pre { padding: 0.75rem 1rem; background: #f4f6fa; overflow-x: auto; }
.guide pre code { font-size: 0.8rem; }
code { font: 0.95em/1.4 ui-monospace, SFMono-Regular, Menlo, monospace; }
`
