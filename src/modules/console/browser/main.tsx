/** @jsxImportSource preact */
/** The console: a list of sections, and the section that the path names. */
import { render } from 'preact'
import { followLinks } from '../../../browser/navigation.ts'
import { onRefused } from '../../../browser/api.ts'
import { onDecision } from '../../../browser/notice.tsx'
import { Shell } from './shell.tsx'
import { noteRefusal } from './viewer.ts'
import './styles.css'
import './access.css'
import './branding.css'

followLinks('/console')
// The section `why` explains a decision.
onDecision((decisionId) => `/console/why/${encodeURIComponent(decisionId)}`)
onRefused(noteRefusal)
const place = document.getElementById('app')
// What was on the screen before goes: else it would stay beside the program.
place?.replaceChildren()
if (place !== null) render(<Shell />, place)
