import { proveOn } from './prove.ts'
import { hasBun, startBun } from './servers/bun.ts'

await proveOn({ name: 'Bun', has: hasBun, part: 'Bun', start: startBun })
