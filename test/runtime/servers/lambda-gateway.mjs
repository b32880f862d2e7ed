/**
 * An API Gateway of payload 2.0 for one Lambda handler, run by Node: `node lambda-gateway.mjs HANDLER PORT`.
 * Shapes: docs.aws.amazon.com, "Create AWS Lambda proxy integrations for HTTP APIs".
 */
import { createServer } from 'node:http'
import { pathToFileURL } from 'node:url'

const [handlerFile, port] = process.argv.slice(2)
const { handler } = await import(pathToFileURL(handlerFile).href)

const server = createServer(async (request, response) => {
  const chunks = []
  for await (const chunk of request) chunks.push(chunk)
  const result = await handler(toEvent(request, Buffer.concat(chunks)), {})
  response.statusCode = result.statusCode
  for (const [name, value] of Object.entries(result.headers ?? {})) response.setHeader(name, value)
  if (result.cookies) response.setHeader('set-cookie', result.cookies)
  response.end(Buffer.from(result.body ?? '', result.isBase64Encoded ? 'base64' : 'utf8'))
})
// Else an idle connection is closed after 5 s, sometimes just as the next request is sent.
server.keepAliveTimeout = 0
// The EventBridge schedule beside it, once a second instead of once a minute.
setInterval(() => void handler({ source: 'aws.scheduler' }, {}).catch(() => {}), 1000)
server.listen(Number(port), '127.0.0.1')
process.on('SIGTERM', () => process.exit(0))

function toEvent({ method, url, headers, socket }, body) {
  const [rawPath, rawQueryString = ''] = url.split('?', 2)
  const { cookie, ...others } = headers
  const joined = Object.entries(others).map(([name, value]) => [name, Array.isArray(value) ? value.join(',') : value])
  // Text goes as it is when it is text, all else as base64.
  const isText = /^(?:text\/|application\/(?:.*\+)?json)/.test(headers['content-type'] ?? '')
  return {
    version: '2.0',
    routeKey: '$default',
    rawPath,
    rawQueryString,
    ...(cookie === undefined ? {} : { cookies: cookie.split('; ') }),
    headers: Object.fromEntries(joined),
    ...(rawQueryString === ''
      ? {}
      : { queryStringParameters: Object.fromEntries(new URLSearchParams(rawQueryString)) }),
    requestContext: {
      accountId: '123456789012',
      apiId: 'api-id',
      domainName: headers.host,
      domainPrefix: 'id',
      http: {
        method,
        path: rawPath,
        protocol: 'HTTP/1.1',
        sourceIp: socket.remoteAddress,
        userAgent: headers['user-agent'],
      },
      requestId: 'JKJaXmPLvHcESHA=',
      routeKey: '$default',
      stage: '$default',
      time: '12/Mar/2026:19:03:58 +0000',
      timeEpoch: 1583348638390,
    },
    ...(body.length === 0 ? {} : { body: body.toString(isText ? 'utf8' : 'base64') }),
    isBase64Encoded: body.length > 0 && !isText,
  }
}
