/** GitHub, as far as a sign-in meets it: the token endpoint and two of its API. */

export interface GitHubUser {
  id: number
  login: string
  name: string | null
  emails: { email: string; primary: boolean; verified: boolean }[]
}

export interface FakeGitHub {
  user: GitHubUser
  /** Replaces an answer, by URL. */
  instead: Record<string, () => Response>
  /** What was sent to the token endpoint. */
  forms: URLSearchParams[]
  answer: (url: string, init?: RequestInit) => Promise<Response>
}

export function fakeGitHub(): FakeGitHub {
  const fake: FakeGitHub = {
    user: {
      id: 583231,
      login: 'octocat',
      name: 'The Octocat',
      emails: [
        { email: 'spare@example.com', primary: false, verified: true },
        { email: 'octocat@example.com', primary: true, verified: true },
      ],
    },
    instead: {},
    forms: [],
    async answer(url, init = {}) {
      const instead = fake.instead[url]
      if (instead) return instead()
      const headers = new Headers(init.headers)
      if (url === 'https://github.com/login/oauth/access_token') {
        const form = new URLSearchParams(String(init.body))
        fake.forms.push(form)
        // GitHub answers 200 to a bad code, too.
        return form.get('code') === 'good' && headers.get('accept') === 'application/json'
          ? Response.json({ access_token: 'gho_token', token_type: 'bearer', scope: 'read:user,user:email' })
          : Response.json({ error: 'bad_verification_code' })
      }
      if (headers.get('authorization') !== 'Bearer gho_token' || !headers.has('user-agent'))
        return Response.json({ message: 'Bad credentials' }, { status: 401 })
      const { emails, ...user } = fake.user
      if (url === 'https://api.github.com/user') return Response.json({ ...user, email: 'profile@example.com' })
      if (url === 'https://api.github.com/user/emails') return Response.json(emails)
      return new Response('', { status: 404 })
    },
  }
  return fake
}

/** The settings and the environment of an app that knows GitHub. */
export const GITHUB_ENV = {
  OIDC_PROVIDERS: JSON.stringify([{ id: 'github', preset: 'github', clientId: 'threeger', clientSecret: 'secret' }]),
  RETURN_URLS: 'https://app.example.com/signed-in',
}
