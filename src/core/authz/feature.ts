import { defineFeature } from '../feature.ts'

/** What the settings of an organisation refuse (`unmet-setting.ts`). */
export const feature = defineFeature({
  name: 'org-settings',
  position: 231,
  errors: {
    'org.second_factor_required': {
      status: 403,
      title: 'The organisation requires a second factor, and this session has shown none.',
      remedy:
        'Add an authenticator app (POST /v1/me/mfa/totp) or a passkey (POST /v1/me/passkeys/options) if you have none. Then show it with POST /v1/auth/step-up, and repeat the request.',
    },
    'org.session_too_old': {
      status: 403,
      title: 'The organisation requires a more recent sign-in.',
      remedy: 'Authenticate again with POST /v1/auth/step-up, and repeat the request.',
    },
    'org.sign_in_method_refused': {
      status: 403,
      title: 'The organisation does not accept the way in which you signed in.',
      remedy:
        'Sign in, or step up (POST /v1/auth/step-up), in a way that the setting signInMethods of the organisation names.',
    },
    'org.settings_lock_out': {
      status: 409,
      title: 'Your own session does not meet these settings, so they would lock you out.',
      remedy: 'Make your session meet the settings first: step up, add a second factor, or sign in in an accepted way.',
    },
  },
})
