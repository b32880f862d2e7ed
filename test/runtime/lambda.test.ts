import { proveOn } from './prove.ts'
import { hasLambda, startLambda } from './servers/lambda.ts'

await proveOn({ name: 'Lambda', has: hasLambda, part: 'Node for the Lambda handler', start: startLambda })
