/**
 * The second factors of the signed-in user: the app, its recovery codes, and the devices that need no second factor.
 */
import { Elysia } from 'elysia'
import type { Deps } from '../../deps.ts'
import { access } from '../../http/access.ts'
import { failures, NoContent, noContent } from '../../http/responses.ts'
import { forgetRememberedDevice, forgetRememberedDevices, listRememberedDevices } from './remembered-devices.ts'
import { confirmTotp, enrolTotp, readFactors, remakeRecoveryCodes, removeTotp } from './own-factors.ts'
import { ConfirmTotp, DeviceParams, MfaStatus, RecoveryCodes, RememberedDevices, TotpEnrolmentBody } from './schema.ts'

const tags = ['Me']

export const ownRoutes = (deps: Deps) =>
  new Elysia({ name: 'my-factors', prefix: '/v1/me/mfa', normalize: false })
    .use(access(deps))
    .get('/', ({ actor }) => readFactors(deps, actor), {
      actor: 'any-session',
      response: { 200: MfaStatus, ...failures('user.not_found') },
      detail: { tags, operationId: 'getMyFactors', summary: 'Read my second factors' },
    })
    .post(
      '/totp',
      async ({ actor, cause, set }) => {
        set.status = 201
        set.headers['cache-control'] = 'no-store'
        return enrolTotp(deps, cause(actor), actor)
      },
      {
        actor: 'fresh-any-session',
        response: { 201: TotpEnrolmentBody, ...failures('mfa.totp_exists') },
        detail: {
          tags,
          operationId: 'enrolTotp',
          summary: 'Start to add an authenticator app',
          description:
            'RFC 6238: SHA-1, 6 digits, 30 s, a seed of 160 bits. The app becomes a factor when `POST /v1/me/mfa/totp/confirm` gets a code of it.',
        },
      },
    )
    .post(
      '/totp/confirm',
      async ({ actor, body: { code, endOtherSessions = true }, cause, set }) => {
        set.headers['cache-control'] = 'no-store'
        return confirmTotp(deps, cause(actor), actor, { code, endOtherSessions })
      },
      {
        actor: 'fresh-any-session',
        body: ConfirmTotp,
        response: { 200: RecoveryCodes, ...failures('mfa.code_invalid', 'mfa.totp_exists', 'mfa.totp_missing') },
        detail: {
          tags,
          operationId: 'confirmTotp',
          summary: 'Confirm the authenticator app with its first code',
          description:
            'From now on every sign-in asks for a second factor. The server ends every other session unless `endOtherSessions` is false, and notifies the owner by mail.',
        },
      },
    )
    .delete(
      '/totp',
      async ({ actor, cause }) => {
        await removeTotp(deps, cause(actor), actor)
        return noContent()
      },
      {
        actor: 'fresh-session',
        response: { 204: NoContent, ...failures('mfa.totp_missing') },
        detail: {
          tags,
          operationId: 'removeTotp',
          summary: 'Remove my authenticator app',
          description:
            'Every remembered device asks for a second factor again. If the app was the last factor, the recovery codes are removed too.',
        },
      },
    )
    .post(
      '/recovery-codes',
      async ({ actor, cause, set }) => {
        set.headers['cache-control'] = 'no-store'
        return remakeRecoveryCodes(deps, cause(actor), actor)
      },
      {
        actor: 'fresh-session',
        response: { 200: RecoveryCodes, ...failures('mfa.factor_missing') },
        detail: {
          tags,
          operationId: 'remakeRecoveryCodes',
          summary: 'Make new recovery codes',
          description: 'The earlier codes become void.',
        },
      },
    )
    .get('/devices', ({ actor }) => listRememberedDevices(deps, actor.user.id), {
      actor: 'session',
      response: { 200: RememberedDevices, ...failures() },
      detail: { tags, operationId: 'listMyDevices', summary: 'List my remembered devices' },
    })
    .delete(
      '/devices',
      async ({ actor, cause }) => {
        await forgetRememberedDevices(deps, cause(actor), actor.user.id)
        return noContent()
      },
      {
        actor: 'session',
        response: { 204: NoContent, ...failures() },
        detail: { tags, operationId: 'forgetMyDevices', summary: 'Forget all my remembered devices' },
      },
    )
    .delete(
      '/devices/:id',
      async ({ actor, cause, params }) => {
        await forgetRememberedDevice(deps, cause(actor), actor.user.id, params.id)
        return noContent()
      },
      {
        actor: 'session',
        params: DeviceParams,
        response: { 204: NoContent, ...failures('device.not_found') },
        detail: { tags, operationId: 'forgetMyDevice', summary: 'Forget a remembered device' },
      },
    )
