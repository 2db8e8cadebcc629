import { describe, expect, it } from 'vitest'
import type { Role } from '../../../../src/web/api/standing.ts'
import { mayOpen, pages } from '../../../../src/web/app/pages.ts'

const roles: readonly Role[] = ['viewer', 'operator', 'admin']
const titles = (role: Role, cameras: readonly string[] | null) =>
  pages
    .filter((row) => mayOpen(row, { mayDo: (least) => roles.indexOf(role) >= roles.indexOf(least), cameras }))
    .map(({ title }) => title)

describe('pages that somebody may open', () => {
  it('are all for who sees all cameras', () => {
    expect(titles('viewer', null)).toEqual(pages.map(({ title }) => title))
  })

  it('leave out what shows all cameras at once for who sees some', () => {
    const some = titles('operator', ['door'])
    expect(some).not.toContain('learning')
    expect(some).toEqual(expect.arrayContaining(['live', 'alerts', 'timeline', 'review', 'cameras']))
  })

  it('leave out what asks for more rights', () => {
    const who = { mayDo: () => false, cameras: null }
    expect(mayOpen({ role: 'admin' }, who)).toBe(false)
    expect(mayOpen({ role: 'anyone' }, who)).toBe(true)
  })
})
