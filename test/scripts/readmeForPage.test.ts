import { describe, expect, it } from 'vitest';
import { readmeForPage } from '../../scripts/readmeForPage.ts';

const page = readmeForPage;

describe('the README on the page of the extension', () => {
  it('leaves out pictures of the package, which the editor does not show there', () => {
    expect(page('before ![The tree](media/a.png) after')).toBe('before  after');
    expect(page('<img alt="The tree" src="media/a.png" width="400">')).toBe('');
    expect(page('![The tree](data:image/png;base64,AAAA)')).toBe('');
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
