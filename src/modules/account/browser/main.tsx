/** @jsxImportSource preact */
/** The account page: its program. It uses the public API alone. */
import { render } from 'preact'
import { followLinks } from '../../../browser/navigation.ts'
import { arrive, watch } from './arrival.ts'
import { readMe } from './me.ts'
import { Shell } from './shell.tsx'
import '../../../browser/dialog.css'
import './styles.css'
import './print.css'

followLinks('/account')
arrive()
watch()
void readMe()
const place = document.getElementById('app')
if (place !== null) render(<Shell />, place)
