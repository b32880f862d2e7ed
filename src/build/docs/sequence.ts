/**
 * The sequence diagrams of the guides as lists of steps. GitHub draws them from the same text (Mermaid). A list needs no script,
 * fits on a phone, and is read aloud in order.
 */
import { escapeHtml } from '@kitajs/html'

const PARTICIPANT = /^participant (\w+) as (.+)$/
const MESSAGE = /^(\w+)(-->>|->>|--\)|-\))(\w+): (.+)$/
const NOTE = /^Note over [\w,]+: (.+)$/
const BRANCH = /^(alt|else|opt) (.+)$/

/** Undefined for a diagram of another kind, or with a line that this does not know: it is shown as it is written. */
export function sequenceSteps(diagram: string): string | undefined {
  const [kind, ...lines] = diagram
    .split('\n')
    .map((line) => line.trim())
    .filter(Boolean)
  if (kind !== 'sequenceDiagram') return undefined
  const names = new Map<string, string>()
  const nameOf = (id: string) => `<b>${escapeHtml(names.get(id) ?? id)}</b>`
  let html = ''
  let depth = 0
  for (const line of lines) {
    const participant = PARTICIPANT.exec(line)
    const message = MESSAGE.exec(line)
    const note = NOTE.exec(line)
    const branch = BRANCH.exec(line)
    if (participant) names.set(participant[1] ?? '', participant[2] ?? '')
    else if (message) {
      const [, from = '', arrow = '', to = '', text = ''] = message
      const ends =
        from === to ? nameOf(from) : `${nameOf(from)} <span role="img" aria-label="to">→</span> ${nameOf(to)}`
      html += `<li${arrow.startsWith('--') ? ' class="answer"' : ''}><span class="ends">${ends}</span> <span>${escapeHtml(text)}</span></li>`
    } else if (note) html += `<li class="note">${escapeHtml(note[1] ?? '')}</li>`
    else if (branch) {
      const [, word = 'alt', condition = ''] = branch
      html += `${word === 'else' ? '</ol>' : '<li class="branch">'}<p>If ${escapeHtml(condition)}:</p><ol>`
      if (word !== 'else') depth += 1
    } else if (line === 'end' && depth > 0) {
      html += '</ol></li>'
      depth -= 1
    } else return undefined
  }
  return depth === 0 ? `<ol class="sequence">${html}</ol>` : undefined
}
