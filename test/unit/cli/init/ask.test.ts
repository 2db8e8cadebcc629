import { PassThrough } from 'node:stream'
import { describe, expect, it } from 'vitest'
import { createAsk } from '../../../../src/cli/init/ask.ts'

function terminal() {
  const input = new PassThrough() as unknown as NodeJS.ReadStream & PassThrough
  const output = new PassThrough() as unknown as NodeJS.WriteStream & PassThrough
  let shown = ''
  output.on('data', (chunk) => {
    shown += chunk
  })
  let givenUp = 0
  const ask = createAsk(input, output, () => {
    givenUp += 1
  })
  return {
    ask,
    type: (text: string) => void input.write(text),
    shown: () => shown,
    givenUp: () => givenUp,
    input,
  }
}

describe('questions at a terminal', () => {
  it('take what is typed, or what is usual', async () => {
    const { ask, type, shown } = terminal()
    const zone = ask.text('Zone', 'UTC')
    type('\r')
    expect(await zone).toBe('UTC')
    const user = ask.text('User', 'admin')
    type(' viewer \r')
    expect(await user).toBe('viewer')
    expect(shown()).toContain('User [admin]: ')
    ask.close()
  })

  it('do not show a secret, and show what is typed after it', async () => {
    const { ask, type, shown } = terminal()
    const secret = ask.secret('Password of viewer')
    type('se cret@1\r')
    expect(await secret).toBe('se cret@1')
    const host = ask.text('Host')
    type('gate\r')
    expect(await host).toBe('gate')
    expect(shown()).toContain('Password of viewer: ')
    expect(shown()).not.toContain('cret')
    expect(shown()).toContain('gate')
    ask.close()
  })

  it('take lines that were pasted at once, one by one', async () => {
    const { ask, type } = terminal()
    type('one\rtwo\rthree\r')
    expect(await ask.text('A')).toBe('one')
    expect(await ask.text('B')).toBe('two')
    expect(await ask.text('C')).toBe('three')
    ask.close()
  })

  it.each([
    ['Ctrl-C', '\x03'],
    ['Ctrl-D', '\x04'],
  ])('end with %s: this one, and all that follow', async (_, key) => {
    const { ask, type, givenUp } = terminal()
    const secret = ask.secret('Password')
    type(key)
    await expect(secret).rejects.toThrow('stopped; no configuration was written')
    await expect(ask.text('More')).rejects.toThrow('stopped')
    expect(givenUp()).toBe(1)
    ask.close()
  })

  it('that are over tell nobody', () => {
    const { ask, givenUp } = terminal()
    ask.close()
    expect(givenUp()).toBe(0)
  })
})
