import { describe, expect, it } from 'vitest'
import { ownersOf, parseMaintainers } from './maintainers.ts'

const text = `List of maintainers
===================

	M: *Mail* patches to: FullName <address@domain>

Maintainers List
----------------

FROB DRIVER
M:	Ann Frob <ann@frob.org>
M:	"Bob B. Frob" <bob@frob.org>
L:	linux-frob@vger.kernel.org (moderated for non-subscribers)
S:	Maintained
F:	drivers/frob/
F:	include/linux/frob*.h
X:	drivers/frob/vendor/
K:	\\bfrob_register\\b

FROB CORE
M:	Cid Core <cid@frob.org>
S:	Supported
F:	drivers/frob/core.c
F:	drivers/*/*frobbus*
F:	Documentation/*/*/*frob[xy]*.yaml
F:	lib/[
N:	frobnicate

ORPHAN BUS
L:	bus@vger.kernel.org
S:	Orphan
F:	drivers/bus

THE REST
M:	Dora Rest <dora@rest.org>
L:	linux-kernel@vger.kernel.org
S:	Buried alive in reporters
F:	*
F:	*/
`

const sections = parseMaintainers(text)

describe('parseMaintainers', () => {
  it('reads the sections after the explanation, with people, lists and patterns', () => {
    expect(sections.map(({ title }) => title)).toEqual(['FROB DRIVER', 'FROB CORE', 'ORPHAN BUS', 'THE REST'])
    expect(sections[0]).toMatchObject({
      maintainers: ['Ann Frob <ann@frob.org>', 'Bob B. Frob <bob@frob.org>'],
      lists: ['linux-frob@vger.kernel.org'],
    })
  })

  it('leaves out an expression that only Perl understands and keeps the section', () => {
    const [section] = parseMaintainers('A\nM:\tX <x@y>\nF:\ta/\nK:\t(?i)x(\n')
    expect(section).toMatchObject({ title: 'A', keywords: [] })
  })
})

describe('ownersOf', () => {
  it.each([
    ['drivers/frob/main.c', 'FROB DRIVER', ['Ann Frob <ann@frob.org>', 'Bob B. Frob <bob@frob.org>']],
    ['drivers/frob/core.c', 'FROB CORE', ['Cid Core <cid@frob.org>', 'Ann Frob <ann@frob.org>', 'Bob B. Frob <bob@frob.org>']],
    ['drivers/frob/vendor/x.c', 'THE REST', ['Dora Rest <dora@rest.org>']],
    ['include/linux/frob_api.h', 'FROB DRIVER', ['Ann Frob <ann@frob.org>', 'Bob B. Frob <bob@frob.org>']],
    ['include/linux/sub/frob_api.h', 'THE REST', ['Dora Rest <dora@rest.org>']],
    ['lib/frobnicate.c', 'FROB CORE', ['Cid Core <cid@frob.org>']],
    ['drivers/net/old-frobbus-2.c', 'FROB CORE', ['Cid Core <cid@frob.org>']],
    ['Documentation/a/b/the-froby-1.yaml', 'FROB CORE', ['Cid Core <cid@frob.org>']],
    ['Documentation/a/b/the-frobz-1.yaml', 'THE REST', ['Dora Rest <dora@rest.org>']],
    ['drivers/bus/a.c', 'ORPHAN BUS', []],
    ['init/main.c', 'THE REST', ['Dora Rest <dora@rest.org>']],
  ])('gives %s to %s', (path, subsystem, maintainers) => {
    expect(ownersOf(sections, path)).toMatchObject({ subsystem, maintainers })
  })

  it('gives a file to those who look for words in it', () => {
    expect(ownersOf(sections, 'net/x.c', 'int x = frob_register(y);')).toMatchObject({ subsystem: 'FROB DRIVER' })
    expect(ownersOf(sections, 'net/x.c', 'int x;')).toMatchObject({ subsystem: 'THE REST' })
  })

  it('gives no file to anyone without sections', () => {
    expect(ownersOf([], 'init/main.c')).toBeUndefined()
  })
})
