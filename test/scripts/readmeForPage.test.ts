import { describe, expect, it } from 'vitest';
import { readmeForPage } from '../../scripts/readmeForPage.ts';

const bytes = Buffer.from('picture');
const page = (text: string) => readmeForPage(text, (path) => (path === 'media/a.png' ? bytes : null));
const data = `data:image/png;base64,${bytes.toString('base64')}`;

describe('the README on the page of the extension', () => {
  it('holds its pictures', () => {
    expect(page('![The tree](media/a.png)')).toBe(`![The tree](${data})`);
    expect(page('<img alt="The tree" src="media/a.png" width="400">')).toBe(
      `<img alt="The tree" src="${data}" width="400">`,
    );
  });

  it('leaves out a picture that it cannot show', () => {
    expect(page('before ![gone](media/gone.png) after')).toBe('before  after');
    expect(page('![vector](media/a.svg)')).toBe('');
    expect(page('<img src="media/gone.png">')).toBe('');
  });

  it('keeps pictures and links with a whole address, and links to its own headings', () => {
    const text =
      '![a](https://example.com/a.png) [b](https://example.com/b) [c](#install) [d](mailto:e@example.com)';
    expect(page(text)).toBe(text);
  });

  it('says the names of other pages without a link', () => {
    expect(page('See [the *reference*](docs/command.md#run) and [MIT](LICENSE).')).toBe(
      'See the *reference* and MIT.',
    );
  });

  it('leaves code as it is', () => {
    const text = '`[a](b)`\n\n```http\n# [a](b)\nGET https://example.com/![x](media/a.png)\n```\n';
    expect(page(text)).toBe(text);
  });
});
