/** @jsxImportSource preact */
/** The account page. */
import { signal } from '@preact/signals'
import { render } from 'preact'
import { call } from '../../../browser/api.ts'
import './styles.css'

const email = signal('')
void call<{ email: string }>('GET', '/v1/me').then((answer) => {
  if (answer.ok) email.value = answer.body.email
})

const Account = () => (
  <main>
    <h1>Account</h1>
    <p>{email}</p>
  </main>
)
const place = document.getElementById('app')
if (place !== null) render(<Account />, place)
