/**
 * On every answer, refusals included: a browser shows it nowhere, guesses nothing about it and tells no other page. What
 * may be kept, such as the files of the page, says so itself.
 */
export const guardHeaders = {
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
  'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
  'cross-origin-resource-policy': 'same-origin',
  'referrer-policy': 'no-referrer',
  'cache-control': 'no-store',
} as const
