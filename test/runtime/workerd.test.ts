import { proveOn } from './prove.ts'
import { hasWorkerd, startWorkerd } from './servers/workerd.ts'

await proveOn({ name: 'workerd', has: hasWorkerd, part: 'workerd (test/parts)', start: startWorkerd })
