import type { ErrorClass } from './error-class.ts'

/** The errors of users, logins and tokens: a part of the table of all of them. */
export const accessErrors = {
  AUTH_LOGIN: {
    retry: false,
    httpStatus: 401,
    exitCode: 77,
    summary:
      'The name or the password is wrong. An admin can set another password, and so can "vireo user password" on the machine itself.',
  },
  AUTH_TOO_MANY: {
    retry: true,
    httpStatus: 429,
    exitCode: 75,
    summary:
      'Too many attempts to log in, from one address or for one name. Try again after the seconds of Retry-After.',
  },
  AUTH_FORGED: {
    retry: false,
    httpStatus: 403,
    exitCode: 77,
    summary:
      'A change came with the cookie of a session, but not from the console: it lacks the header x-vireo-csrf, or a page of another origin sent it. Programs use a token.',
  },
  AUTH_PASSWORD: {
    retry: false,
    httpStatus: 422,
    exitCode: 65,
    summary: 'The password is too short, too long or too easy to guess; the message says which.',
  },
  AUTH_NAME_TAKEN: {
    retry: false,
    httpStatus: 409,
    exitCode: 65,
    summary: 'A user or a token has this name already.',
  },
  AUTH_UNKNOWN: {
    retry: false,
    httpStatus: 404,
    exitCode: 66,
    summary: 'There is no user, token or session of this name or id.',
  },
  AUTH_LAST_ADMIN: {
    retry: false,
    httpStatus: 409,
    exitCode: 65,
    summary:
      'The last admin can neither be removed nor become something else: nobody could manage users any more. Make another admin first.',
  },
  AUTH_CONFIGURED: {
    retry: false,
    httpStatus: 409,
    exitCode: 65,
    summary: 'The user is one of http.users of the configuration: change it there, and restart.',
  },
} as const satisfies Record<string, ErrorClass>
