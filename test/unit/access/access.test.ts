import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, describe, expect, it } from 'vitest'
import { createPasswords, isPasswordHash } from '../../../src/access/passwords.ts'
import { dataFiles } from '../../../src/core/data-dir.ts'
import { openAccessDatabase } from '../../../src/store/tables/access/access-database.ts'
import { createAuditTable } from '../../../src/store/tables/access/audit-table.ts'
import { tempDir } from '../../support/temp-dir.ts'
import { goodPassword, testAccounts } from '../http/test-accounts.ts'

const open: ReturnType<typeof testAccounts>[] = []
afterEach(() => {
  for (const each of open.splice(0)) each.close()
})
function start(dataDir = tempDir('access')) {
  const access = testAccounts({ dataDir })
  open.push(access)
  return access
}
const coded = (code: string) => expect.objectContaining({ code })
const minuteMs = 60_000
const hourMs = 60 * minuteMs
const from = { address: '192.0.2.7', agent: 'Mozilla/5.0' }
const admin = { name: 'root', role: 'admin', cameras: null, password: goodPassword } as const

describe('passwords', () => {
  it('are kept as scrypt with salt and parameters, and only the right one fits', async () => {
    const passwords = createPasswords()
    const hash = await passwords.hash('correct horse')
    expect(hash).toMatch(/^\$scrypt\$ln=15,r=8,p=3\$/)
    expect(await passwords.hash('correct horse')).not.toBe(hash)
    expect(await passwords.verify('correct horse', hash)).toBe(true)
    expect(await passwords.verify('correct horsf', hash)).toBe(false)
    // Nobody's password is none, also that which the made-up hash is of.
    expect(await passwords.verify('', null)).toBe(false)
  })

  it('are hashed a few at a time; who comes when too many wait is sent away', async () => {
    const passwords = createPasswords({ atOnce: 1, waiting: 1 })
    const [first, second, third] = [1, 2, 3].map(() => passwords.verify('x', null))
    await expect(third).rejects.toThrow(coded('API_BUSY'))
    expect(await Promise.all([first, second])).toEqual([false, false])
  })

  it.each([
    '',
    'x',
    '$scrypt$ln=30,r=8,p=1$c2FsdHNhbHRzYWx0$aGFzaGhhc2hoYXNoaGFzaGhhc2hoYXNoaGFzaGhhc2g',
    '$scrypt$ln=15,r=8,p=3$c2FsdHNhbHRzYWx0$dG9vIHNob3J0',
  ])('take no hash that is none, or takes the machine down: %j', (text) => {
    expect(isPasswordHash(text)).toBe(false)
  })
})

describe('users', () => {
  it.each(['short', 'aaaaaaaaaaaaaa', 'rootroot12', 'x'.repeat(201)])(
    'get no password %j',
    async (password) => {
      await expect(start().users.add({ ...admin, password })).rejects.toThrow(coded('AUTH_PASSWORD'))
    },
  )

  it('have one name each, in small letters', async () => {
    const { users } = start()
    expect((await users.add({ ...admin, name: 'Root' })).name).toBe('root')
    await expect(users.add({ ...admin, name: 'ROOT' })).rejects.toThrow(coded('AUTH_NAME_TAKEN'))
    for (const name of ['', 'a b', '-a', 'me', '../x', 'ä'])
      await expect(users.add({ ...admin, name })).rejects.toThrow(coded('API_BAD_REQUEST'))
  })

  it('keep an admin whatever is done', async () => {
    const { users } = start()
    await users.add(admin)
    expect(() => users.remove('root')).toThrow(coded('AUTH_LAST_ADMIN'))
    await expect(users.change('root', { role: 'viewer' })).rejects.toThrow(coded('AUTH_LAST_ADMIN'))
    expect(users.get('root').role).toBe('admin')
    await users.add({ ...admin, name: 'ann' })
    users.remove('root')
    expect(() => users.remove('ann')).toThrow(coded('AUTH_LAST_ADMIN'))
    expect(() => users.remove('root')).toThrow(coded('AUTH_UNKNOWN'))
  })

  it('see all cameras as admins', async () => {
    const { users } = start()
    await expect(users.add({ ...admin, cameras: ['gate'] })).rejects.toThrow(coded('API_BAD_REQUEST'))
    await users.add({ ...admin, name: 'ann', role: 'viewer', cameras: ['gate'] })
    expect((await users.change('ann', { role: 'admin' })).cameras).toBeNull()
    // What he saw before is not known any more: it has to be said.
    await users.add(admin)
    await expect(users.change('ann', { role: 'viewer' })).rejects.toThrow(coded('API_BAD_REQUEST'))
    expect(users.get('ann').role).toBe('admin')
    expect(await users.change('ann', { role: 'operator', cameras: ['gate'] })).toMatchObject({
      cameras: ['gate'],
    })
    expect(await users.change('ann', { role: 'viewer' })).toMatchObject({ cameras: ['gate'] })
    await users.change('ann', { role: 'admin' })
    expect(await users.change('ann', { role: 'viewer', cameras: null })).toMatchObject({ cameras: null })
  })

  it('are those of the configuration, which are changed there only', async () => {
    const access = start()
    const wanted = [{ name: 'eve', role: 'admin', password: goodPassword }] as const
    expect(await access.prepare(wanted, { firstAdmin: true })).toBeNull()
    const secret = await access.login({ ...from, name: 'eve', password: goodPassword })
    expect(() => access.users.remove('eve')).toThrow(coded('AUTH_CONFIGURED'))
    await access.prepare(wanted, { firstAdmin: true })
    expect(access.sessions.open(secret)?.name).toBe('eve')
    // Another password ends the sessions; who is not in it any more is gone, and somebody has to manage users.
    await access.prepare([{ ...wanted[0], password: 'another horse' }], { firstAdmin: true })
    expect(access.sessions.open(secret)).toBeNull()
    const made = await access.prepare([], { firstAdmin: true })
    expect(made).toEqual({ name: 'admin', password: expect.stringMatching(/^([a-z2-9]{5}-){3}[a-z2-9]{5}$/) })
    expect(access.users.list().map(({ name }) => name)).toEqual(['admin'])
    expect(await access.prepare([], { firstAdmin: true })).toBeNull()
  })
})

describe('sessions', () => {
  it('last over a restart, and end when they are not used, when they are old, and with another password', async () => {
    const dataDir = tempDir('access')
    const before = start(dataDir)
    await before.users.add(admin)
    const secret = await before.login({ ...from, ...admin })
    const after = start(dataDir)
    expect(after.sessions.open(secret)).toMatchObject({ name: 'root', role: 'admin', cameras: null })
    after.tick(23 * hourMs)
    expect(after.sessions.open(secret)).not.toBeNull()
    after.tick(23 * hourMs)
    expect(after.sessions.open(secret)).not.toBeNull()
    after.tick(25 * hourMs)
    expect(after.sessions.open(secret)).toBeNull()
    const other = await after.login({ ...from, ...admin })
    for (let day = 0; day < 29; day += 1) {
      after.tick(23 * hourMs)
      expect(after.sessions.open(other)).not.toBeNull()
    }
    after.tick(23 * hourMs)
    after.tick(23 * hourMs)
    after.sessions.open(other)
    after.tick(23 * hourMs)
    expect(after.sessions.open(other)).toBeNull()
  })

  it('end elsewhere when the password is changed, and all at once when an admin sets another', async () => {
    const { users, sessions, login } = start()
    await users.add(admin)
    const [here, there] = [await login({ ...from, ...admin }), await login({ ...from, ...admin })]
    const { secretHash } = sessions.open(here)!
    const next = 'another horse'
    await expect(users.changePassword('root', { current: 'wrong', next }, secretHash)).rejects.toThrow(
      coded('AUTH_LOGIN'),
    )
    await users.changePassword('root', { current: goodPassword, next }, secretHash)
    expect([sessions.open(here) !== null, sessions.open(there)]).toEqual([true, null])
    await users.change('root', { password: goodPassword })
    expect(sessions.open(here)).toBeNull()
  })

  it('are listed without secrets, and ended by what they are called', async () => {
    const { users, sessions, login } = start()
    await users.add(admin)
    await users.add({ ...admin, name: 'ann' })
    const secret = await login({ ...from, ...admin })
    await login({ ...from, ...admin, name: 'ann' })
    const { secretHash } = sessions.open(secret)!
    const [session, ...others] = sessions.list('root', secretHash)
    expect([session, others]).toMatchObject([{ current: true, address: from.address }, []])
    expect(JSON.stringify(session)).not.toContain(secretHash)
    expect(() => sessions.endId('ann', session!.id)).toThrow(coded('AUTH_UNKNOWN'))
    sessions.endId('root', session!.id)
    expect(sessions.open(secret)).toBeNull()
  })
})

describe('a login', () => {
  it('is held up after ten wrong ones from an address, and after a while no more', async () => {
    const { users, login, tick } = start()
    await users.add(admin)
    const wrong = (name: string, address = from.address) =>
      login({ ...from, address, name, password: 'wrong' })
    for (let n = 0; n < 10; n += 1) await expect(wrong(`nobody-${n}`)).rejects.toThrow(coded('AUTH_LOGIN'))
    await expect(login({ ...from, ...admin })).rejects.toThrow(
      expect.objectContaining({ code: 'AUTH_TOO_MANY', details: { retryAfterS: 15 } }),
    )
    await expect(login({ ...from, ...admin, address: '192.0.2.8' })).resolves.toBeTypeOf('string')
    tick(16_000)
    await expect(login({ ...from, ...admin })).resolves.toBeTypeOf('string')
  })

  it('of one name is held up from everywhere, but from where that one has logged in before', async () => {
    const { users, login } = start()
    await users.add(admin)
    await login({ ...from, ...admin })
    for (let n = 0; n < 10; n += 1)
      await expect(login({ ...from, ...admin, address: `2001:db8:${n}::1`, password: 'x' })).rejects.toThrow(
        coded('AUTH_LOGIN'),
      )
    await expect(login({ ...from, ...admin, address: '198.51.100.1' })).rejects.toThrow(
      coded('AUTH_TOO_MANY'),
    )
    await expect(login({ ...from, ...admin })).resolves.toBeTypeOf('string')
  })

  it('counts a network of IPv6 as one', async () => {
    const { users, login } = start()
    await users.add(admin)
    const at = (n: number) => login({ ...from, address: `2001:db8::${n}`, name: `x${n}`, password: 'x' })
    for (let n = 0; n < 10; n += 1) await expect(at(n)).rejects.toThrow(coded('AUTH_LOGIN'))
    await expect(at(99)).rejects.toThrow(coded('AUTH_TOO_MANY'))
  })

  it('is in the record without what was typed', async () => {
    const { users, login, audit } = start()
    await users.add(admin)
    await login({ ...from, name: 'my-secret-typed-as-name', password: 'x' }).catch(() => {})
    await login({ ...from, ...admin })
    const { items } = audit.list({}, { limit: 10 })
    expect(items.map(({ who, result }) => [who, result])).toEqual([
      ['root', 'ok'],
      ['(unknown)', 'AUTH_LOGIN'],
    ])
    expect(JSON.stringify(items)).not.toContain('secret')
  })
})

describe('tokens', () => {
  it('open the door until they end or are taken back', () => {
    const { tokens, tick } = start()
    const wish = { name: 'prom', role: 'viewer', cameras: ['gate'], createdBy: 'root' } as const
    const until = Date.parse('2026-03-14T03:00:00Z')
    const made = tokens.add({ ...wish, expiresMs: until })
    expect(tokens.open(made.secret)).toMatchObject({ name: 'prom', role: 'viewer', cameras: ['gate'] })
    expect(tokens.open(`${made.secret}x`)).toBeNull()
    expect(tokens.list()).toMatchObject([{ name: 'prom', usedMs: expect.any(Number) }])
    expect(() => tokens.add({ ...wish, expiresMs: null })).toThrow(coded('AUTH_NAME_TAKEN'))
    tick(2 * hourMs)
    expect(tokens.open(made.secret)).toBeNull()
    const other = tokens.add({ ...wish, name: 'other', expiresMs: null })
    tokens.remove('other')
    expect(tokens.open(other.secret)).toBeNull()
    expect(() => tokens.add({ ...wish, name: 'late', expiresMs: until })).toThrow(coded('API_BAD_REQUEST'))
  })
})

describe('tokens that somebody made', () => {
  const names = (access: ReturnType<typeof start>) => access.tokens.list().map(({ name }) => name)
  const ofAnn = { role: 'admin', cameras: null, expiresMs: null, createdBy: 'ann' } as const
  async function made() {
    const access = start()
    await access.users.add(admin)
    await access.users.add({ ...admin, name: 'ann' })
    access.tokens.add({ ...ofAnn, name: 'a1' })
    access.tokens.add({ ...ofAnn, name: 'a2', role: 'viewer' })
    access.tokens.add({ ...ofAnn, name: 'by-a1', createdBy: 'token a1' })
    access.tokens.add({ ...ofAnn, name: 'deeper', createdBy: 'token by-a1' })
    access.tokens.add({ ...ofAnn, name: 'of-root', createdBy: 'root' })
    access.tokens.add({ ...ofAnn, name: 'of-shell', createdBy: 'cli ann' })
    return access
  }
  const others = ['of-root', 'of-shell']

  it('go with him', async () => {
    const access = await made()
    expect(access.users.remove('ann')).toEqual(['a1', 'a2', 'by-a1', 'deeper'])
    expect(names(access)).toEqual(others)
  })

  it('go when he is no admin any more, and no sooner', async () => {
    const access = await made()
    await access.users.change('ann', { password: 'another horse' })
    await expect(access.users.change('ann', { role: 'viewer' })).rejects.toThrow(coded('API_BAD_REQUEST'))
    expect(names(access)).toHaveLength(6)
    await access.users.change('ann', { role: 'operator', cameras: null })
    expect(names(access)).toEqual(others)
  })

  it('go with the token that they were made with', async () => {
    const access = await made()
    access.tokens.remove('a1')
    expect(names(access)).toEqual(['a2', ...others])
  })

  it.each([
    ['removed', []],
    ['made less', [{ name: 'eve', role: 'operator', password: goodPassword }]],
  ] as const)('go with a user of the configuration who is %s', async (_what, next) => {
    const access = start()
    await access.users.add(admin)
    const wanted = [{ name: 'eve', role: 'admin', password: goodPassword }] as const
    await access.prepare(wanted, { firstAdmin: false })
    access.tokens.add({ ...ofAnn, name: 'of-eve', createdBy: 'eve' })
    await access.prepare(wanted, { firstAdmin: false })
    expect(names(access)).toEqual(['of-eve'])
    await access.prepare(next, { firstAdmin: false })
    expect(names(access)).toEqual([])
  })
})

describe('the record', () => {
  it('is read page by page, by name and time, and forgets what is old', () => {
    const { audit, tick } = start()
    const entry = { via: 'session', address: '::1', action: 'POST /x', object: 'gate', result: 'ok' }
    for (let n = 0; n < 5; n += 1) {
      audit.note({ ...entry, who: n % 2 ? 'ann' : 'bob', object: String(n) })
      tick(minuteMs)
    }
    const first = audit.list({}, { limit: 2 })
    const second = audit.list({}, { limit: 2, after: first.next! })
    const third = audit.list({}, { limit: 2, after: second.next! })
    expect([first, second, third].flatMap(({ items }) => items.map(({ object }) => object))).toEqual([
      ...['4', '3', '2', '1', '0'],
    ])
    expect(third.next).toBeNull()
    expect(audit.list({ who: 'ann' }, { limit: 9 }).items.map(({ object }) => object)).toEqual(['3', '1'])
    tick(365 * 24 * hourMs - 4.5 * minuteMs)
    audit.prune()
    expect(audit.list({}, { limit: 9 }).items).toHaveLength(4)
  })
})

describe('the record of many', () => {
  const entry = { via: 'token', address: '192.0.2.1', action: 'POST /x', object: '' }
  const all = (audit: ReturnType<typeof start>['audit']) =>
    audit.list({}, { limit: 1000 }).items.map(({ who, object, result }) => [who, object, result].join(' '))

  it('has the first refusals of somebody and how many more there were, and all that others did', () => {
    const { audit, tick, runDue } = start()
    for (let n = 0; n < 5000; n += 1)
      audit.note({ ...entry, who: 'eve', object: `x${n}`, result: 'API_NOT_FOUND' })
    audit.note({ ...entry, who: 'ann', object: 'gate', result: 'ok' })
    expect(all(audit)).toHaveLength(11)
    expect(all(audit)[0]).toBe('ann gate ok')
    tick(minuteMs)
    runDue()
    expect(all(audit)[0]).toBe('eve x4999 (and 4990 more like it) API_NOT_FOUND')
    audit.note({ ...entry, who: 'eve', result: 'API_NOT_FOUND' })
    expect(all(audit)).toHaveLength(13)
  })

  it.each([
    ['names', (n: number) => ({ who: n % 2 ? 'ann' : '(unknown)', address: '192.0.2.1', via: 'login' }), 10],
    [
      'addresses of one network',
      (n: number) => ({ who: '(unknown)', address: `2001:db8::${n}`, via: 'login' }),
      10,
    ],
    [
      'addresses',
      (n: number) => ({ who: '(unknown)', address: `192.0.${n >> 8}.${n & 255}`, via: 'login' }),
      300,
    ],
    ['paths', (n: number) => ({ who: 'eve', action: `POST /${n}` }), 10],
    ['objects', (n: number) => ({ who: 'eve', object: `${n}` }), 10],
  ])('is not filled with refusals by many %s', (_what, of, most) => {
    const { audit, close } = start()
    for (let n = 1; n <= 4000; n += 1) audit.note({ ...entry, result: 'AUTH_TOO_MANY', ...of(n) })
    expect(all(audit)).toHaveLength(most)
    close()
    open.pop()
  })

  it('is not filled by one who does the same again and again, and tells of each other thing', () => {
    const { audit } = start()
    for (let n = 0; n < 3000; n += 1)
      audit.note({ ...entry, who: 'eve', object: 'preferences', result: 'ok' })
    for (let n = 0; n < 100; n += 1) audit.note({ ...entry, who: 'ann', object: `clip-${n}`, result: 'ok' })
    expect(all(audit)).toHaveLength(120)
  })

  it('tells what it counted when it ends', () => {
    const dataDir = tempDir('access')
    const access = testAccounts({ dataDir })
    for (let n = 0; n < 25; n += 1) access.audit.note({ ...entry, who: 'eve', result: 'API_FORBIDDEN' })
    access.close()
    expect(all(start(dataDir).audit)[0]).toBe('eve (and 15 more like it) API_FORBIDDEN')
  })

  it('confirms refusals to the disk many at once', () => {
    const dataDir = tempDir('access')
    const [one, other] = [start(dataDir), start(dataDir)]
    for (let n = 0; n < 5; n += 1) one.audit.note({ ...entry, who: 'eve', result: 'API_FORBIDDEN' })
    expect(all(other.audit)).toEqual([])
    one.tick(1000)
    one.runDue()
    expect(all(other.audit)).toHaveLength(5)
    one.audit.note({ ...entry, who: 'ann', result: 'ok' })
    expect(all(other.audit)).toHaveLength(6)
  })

  it('forgets refusals before what was done', () => {
    const database = openAccessDatabase(tempDir('access'))
    const table = createAuditTable(database)
    const row = { ...entry, atMs: 1, who: 'ann' }
    table.add({ ...row, object: 'first', result: 'ok' })
    for (let n = 0; n < 9; n += 1) table.add({ ...row, object: `r${n}`, result: 'API_FORBIDDEN' })
    table.add({ ...row, object: 'last', result: 'ok' })
    const objects = () => table.list({}, { limit: 99 }).items.map(({ object }) => object)
    table.prune({ beforeMs: 0, most: { done: 2, refused: 3 } })
    expect(objects()).toEqual(['last', 'r8', 'r7', 'r6', 'first'])
    table.prune({ beforeMs: 0, most: { done: 1, refused: 3 } })
    expect(objects()).toEqual(['last', 'r8', 'r7', 'r6'])
    database.close()
  })
})

describe('a count of guesses', () => {
  it('is that of no other name, whatever somebody types', async () => {
    const { users, login } = start()
    await users.add({ ...admin, name: 'vic' })
    await login({ ...from, ...admin, name: 'vic' })
    const evil = [
      `vic ${from.address}`,
      `["from","vic","${from.address}"]`,
      `vic"`,
      'of vic',
      '["own","vic"]',
    ]
    for (const [at, name] of evil.entries())
      for (let n = 0; n < 10; n += 1)
        await expect(login({ ...from, address: `198.51.100.${at}`, name, password: 'x' })).rejects.toThrow(
          coded('AUTH_LOGIN'),
        )
    await expect(login({ ...from, ...admin, name: 'vic' })).resolves.toBeTypeOf('string')
    await users.changePassword('vic', { current: goodPassword, next: 'another horse' }, null)
  })

  it('of the present password is bounded as well', async () => {
    const { users } = start()
    await users.add(admin)
    const change = () => users.changePassword('root', { current: 'wrong', next: 'another horse' }, null)
    for (let n = 0; n < 10; n += 1) await expect(change()).rejects.toThrow(coded('AUTH_LOGIN'))
    await expect(change()).rejects.toThrow(coded('AUTH_TOO_MANY'))
  })
})

describe('what is on the disk', () => {
  it('has no password and no secret in it', async () => {
    const dataDir = tempDir('access')
    const { users, login, tokens, close } = testAccounts({ dataDir })
    await users.add(admin)
    const session = await login({ ...from, ...admin })
    const { secret } = tokens.add({
      name: 'a',
      role: 'admin',
      cameras: null,
      expiresMs: null,
      createdBy: 'root',
    })
    close()
    const bytes = readFileSync(join(dataDir, dataFiles.access)).toString('latin1')
    expect(bytes).toContain('root')
    for (const each of [session, secret]) expect(bytes).not.toContain(each)
  })
})
