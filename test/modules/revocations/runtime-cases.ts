import { expect } from 'bun:test'
import { guarantee } from '../../runtime/case.ts'
import { hashOf } from './support/follower.ts'

export const revocationCases = [
  guarantee(
    'an API that verifies offline reads what was revoked, and continues where it stopped',
    ['GET /v1/revocations'],
    async ({ admin, signUp, call, refused }) => {
      const { accessToken: token } = await admin()
      const { accessToken: theirs } = await signUp()
      await refused('GET /v1/revocations?follow=false', 'auth.forbidden', { token: theirs })
      const claims = JSON.parse(atob((theirs.split('.')[1] ?? '').replaceAll('-', '+').replaceAll('_', '/'))) as {
        sid: string
      }
      await call('POST /v1/auth/sign-out', { token: theirs })
      const first = await call('GET /v1/revocations?follow=false', { token })
      expect(first.headers.get('content-type')).toMatch(/^text\/event-stream/)
      expect(first.text).toContain(hashOf(claims.sid))
      expect(first.text).toContain('event: heartbeat')
      expect(first.text).toContain('"reason":"time_over"')
      expect(first.text).not.toContain(claims.sid)
      const cursor = [...first.text.matchAll(/^id: (.+)$/gm)].at(-1)?.[1] ?? ''
      const next = await call('GET /v1/revocations?follow=false', { token, headers: { 'last-event-id': cursor } })
      expect(next.text).toContain('{"known":true}')
      expect(next.text).not.toContain(hashOf(claims.sid))
    },
  ),
]
