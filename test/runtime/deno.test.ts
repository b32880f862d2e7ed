import { proveOn } from './prove.ts'
import { hasDeno, startDeno } from './servers/deno.ts'

await proveOn({ name: 'Deno', has: hasDeno, part: 'Deno (test/parts)', start: startDeno })
