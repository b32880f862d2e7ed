/** The reference of a sign-in: only `Bun.password.verify`, at the concurrency of the sign-ins. */
import { closedLoop } from '../closed-loop.ts'
import type { HashWork } from '../sign-in.ts'

const { phc, password, concurrency, seconds }: HashWork = JSON.parse(Bun.argv[2] ?? '')

const result = await closedLoop({ concurrency, seconds }, async () => {
  if (!(await Bun.password.verify(password, phc, 'argon2id'))) throw new Error('the password does not match its hash')
})
console.log(JSON.stringify(result))
