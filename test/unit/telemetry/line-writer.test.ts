import { describe, expect, it } from 'vitest'
import { createLineWriter } from '../../../src/telemetry/line-writer.ts'

/** A descriptor that takes so many bytes of each write, or answers with an error. */
function scripted(answers: (number | string)[]) {
  const taken: string[] = []
  let lost = 0
  const writer = createLineWriter(
    9999,
    (lines) => {
      lost += lines
    },
    (_fd, bytes) => {
      const answer = answers.shift() ?? bytes.length
      if (typeof answer === 'string') throw Object.assign(new Error(answer), { code: answer })
      const count = Math.min(answer, bytes.length)
      taken.push(bytes.subarray(0, count).toString())
      return count
    },
  )
  return { writer, text: () => taken.join(''), lost: () => lost }
}

describe('lines that cannot be written', () => {
  it('are written when they can be, in parts, too', () => {
    const { writer, text, lost } = scripted([2, 3])
    writer.write('hello\nworld\n')
    expect(text()).toBe('hello\nworld\n')
    expect(lost()).toBe(0)
  })

  it.each(['ENOSPC', 'EAGAIN', 'EIO', 'EDQUOT', 'EFBIG'])(
    'are lost and counted with %s, and then it goes on',
    (code) => {
      const { writer, text, lost } = scripted([code, code])
      writer.write('one\n')
      writer.write('two\nthree\n')
      writer.write('four\n')
      expect(text()).toBe('four\n')
      expect(lost()).toBe(3)
      expect(writer.gone).toBe(false)
    },
  )

  it('are kept whole: one that was begun is finished first', () => {
    const { writer, text, lost } = scripted([3, 'EAGAIN', 'EAGAIN'])
    writer.write('begun\nnever\n')
    writer.write('lost\n')
    writer.write('next\n')
    expect(text()).toBe('begun\nnext\n')
    expect(lost()).toBe(2)
  })

  it.each(['EPIPE', 'EBADF'])('are not tried again after %s', (code) => {
    const { writer, text, lost } = scripted([code])
    for (let at = 0; at < 3; at += 1) writer.write('x\n')
    expect(text()).toBe('')
    expect(lost()).toBe(3)
    expect(writer.gone).toBe(true)
  })
})
