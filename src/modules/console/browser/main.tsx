/** @jsxImportSource preact */
/** The console: a list of sections, and the section that the path names. */
import { render } from 'preact'
import { Shell } from './shell.tsx'
import { followLinks } from '../../../browser/navigation.ts'
import './styles.css'

followLinks('/console')
const place = document.getElementById('app')
if (place !== null) render(<Shell />, place)
