import { proveOn } from './prove.ts'
import { hasNode, startNode } from './servers/node.ts'

await proveOn({ name: 'Node', has: hasNode, part: 'Node', start: startNode })
