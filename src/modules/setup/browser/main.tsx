/** @jsxImportSource preact */
/** The set-up of a new server, in steps. Each step but the first can be left out. */
import { render } from 'preact'
import { Setup } from './steps.tsx'
import './styles.css'

const place = document.getElementById('app')
if (place !== null) render(<Setup />, place)
