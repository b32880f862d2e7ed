/** Code as HTML, with its comments, strings, names and numbers marked. Small on purpose: a mark that is missing hurts nobody. */
import { escapeHtml } from '@kitajs/html'

/** The class of a mark: comment, string, keyword or name, number or variable. */
type Mark = 'c' | 's' | 'k' | 'n'
type Language = readonly (readonly [Mark, RegExp])[]

const JSON_LIKE: Language = [
  ['k', /"(?:[^"\\\n]|\\.)*"(?=\s*:)/],
  ['s', /"(?:[^"\\\n]|\\.)*"/],
  ['n', /\b(?:true|false|null)\b|-?\b\d+(?:\.\d+)?\b/],
]
const SHELL: Language = [
  ['c', /(?<=^|\s)#[^\n]*/],
  // A body in JSON is more readable with the marks of JSON: the quotes of the shell are left alone.
  ['k', /"(?:[^"\\\n$]|\\.)*"(?=\s*:)/],
  ['s', /"(?:[^"\\]|\\.)*"|'[^'\n{]*'/],
  ['n', /\$\{?\w+\}?/],
]
const SCRIPT: Language = [
  ['c', /\/\/[^\n]*|\/\*[\s\S]*?\*\//],
  ['s', /'(?:[^'\\\n]|\\.)*'|"(?:[^"\\\n]|\\.)*"|`(?:[^`\\]|\\.)*`/],
  [
    'k',
    /\b(?:import|from|export|default|const|let|var|function|return|async|await|new|if|else|for|of|in|while|throw|try|catch|finally|type|interface|class|extends|satisfies|as|typeof)\b/,
  ],
  ['n', /\b(?:true|false|null|undefined)\b|\b\d[\d_]*(?:\.\d+)?\b/],
]

const LANGUAGES: Readonly<Record<string, Language>> = {
  json: JSON_LIKE,
  jsonc: JSON_LIKE,
  sh: SHELL,
  bash: SHELL,
  ts: SCRIPT,
  tsx: SCRIPT,
  js: SCRIPT,
}

/** Escaped in any case. A language that is not known has no marks. */
export function highlight(code: string, language = ''): string {
  const rules = Object.hasOwn(LANGUAGES, language) ? LANGUAGES[language] : undefined
  if (rules === undefined) return escapeHtml(code)
  const all = new RegExp(rules.map(([, { source }]) => `(${source})`).join('|'), 'gm')
  let html = ''
  let at = 0
  for (const match of code.matchAll(all)) {
    const mark = rules[match.slice(1).findIndex((group) => group !== undefined)]?.[0]
    html += escapeHtml(code.slice(at, match.index))
    html += `<span class="${mark}">${escapeHtml(match[0])}</span>`
    at = match.index + match[0].length
  }
  return html + escapeHtml(code.slice(at))
}

/** A block of code that people can copy. `tabindex`: a wide block is scrolled by keyboard too. */
export const codeBlock = (code: string, language?: string): string =>
  `<div class="code"><pre tabindex="0"><code>${highlight(code.replace(/\n$/, ''), language)}</code></pre></div>`
