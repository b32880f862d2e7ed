/** An MCP server whose tokens come from Threeger ID. `bun examples/mcp-server.ts`; also for Deno, Workers and srvx on Node. */
import { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js'
import { WebStandardStreamableHTTPServerTransport } from '@modelcontextprotocol/sdk/server/webStandardStreamableHttp.js'
import { createRemoteJWKSet, jwtVerify } from 'jose'
import { z } from 'zod'

const TOOL_SCOPES: Record<string, string> = { add_note: 'notes:write' }
const notes: string[] = []

/** `resource` is the URL at which clients reach this server. It is the audience of their tokens. */
export function mcpServer(issuer: string, resource: string) {
  const keys = createRemoteJWKSet(new URL(`${issuer}/.well-known/jwks.json`))
  const checks = { issuer, audience: resource, typ: 'at+jwt', algorithms: ['EdDSA'], requiredClaims: ['exp', 'scope'] }
  const metadata = new URL(`/.well-known/oauth-protected-resource${new URL(resource).pathname}`, resource)
  const refuse = (status: number, scope: string, error?: string) => {
    const fields = [...(error ? [`error="${error}"`] : []), `scope="${scope}"`, `resource_metadata="${metadata}"`]
    return new Response(null, { status, headers: { 'www-authenticate': `Bearer ${fields.join(', ')}` } })
  }

  return async (request: Request): Promise<Response> => {
    if (new URL(request.url).pathname === metadata.pathname)
      return Response.json({ resource, authorization_servers: [issuer], scopes_supported: ['notes:read'] })
    const token = /^Bearer (\S+)$/i.exec(request.headers.get('authorization') ?? '')?.[1]
    if (!token) return refuse(401, 'notes:read')
    const verified = await jwtVerify<{ scope: string }>(token, keys, checks).catch(() => undefined)
    if (!verified || verified.payload.cnf) return refuse(401, 'notes:read', 'invalid_token') // cnf: bound to a DPoP key
    const messages = request.method === 'POST' ? [await request.clone().json()].flat() : []
    const granted = verified.payload.scope.split(' ')
    const needed = ['notes:read', ...messages.flatMap((message) => TOOL_SCOPES[message?.params?.name] ?? [])]
    if (!needed.every((scope) => granted.includes(scope))) return refuse(403, needed.join(' '), 'insufficient_scope')

    const server = new McpServer({ name: 'notes', version: '1.0.0' })
    const reply = (text: string) => ({ content: [{ type: 'text' as const, text }] })
    server.registerTool('list_notes', { description: 'List all notes' }, () => reply(notes.join('\n')))
    server.registerTool('add_note', { description: 'Add a note', inputSchema: { text: z.string() } }, ({ text }) =>
      reply(`There are now ${notes.push(text)} notes.`),
    )
    const transport = new WebStandardStreamableHTTPServerTransport({ enableJsonResponse: true }) // no sessions
    await server.connect(transport)
    return transport.handleRequest(request)
  }
}

const { ISSUER = 'http://127.0.0.1:3000', RESOURCE = 'http://127.0.0.1:8080/mcp' } = process.env
export default { hostname: '127.0.0.1', port: 8080, fetch: mcpServer(ISSUER, RESOURCE) }
