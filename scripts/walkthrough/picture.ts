/** Colours of the editor's theme, each with one for a theme that leaves it out. */
export const colors = {
  text: 'var(--vscode-editor-foreground, var(--vscode-foreground))',
  dim: 'var(--vscode-descriptionForeground)',
  lens: 'var(--vscode-editorCodeLens-foreground, var(--vscode-descriptionForeground))',
  keyword: 'var(--vscode-symbolIcon-methodForeground, var(--vscode-editor-foreground))',
  value: 'var(--vscode-symbolIcon-fieldForeground, var(--vscode-editor-foreground))',
  good: 'var(--vscode-testing-iconPassed, var(--vscode-charts-green))',
  bad: 'var(--vscode-editorError-foreground, var(--vscode-charts-red))',
  warning: 'var(--vscode-editorWarning-foreground, var(--vscode-charts-yellow))',
  accent: 'var(--vscode-textLink-foreground)',
} as const;

const page = 'var(--vscode-editor-background)';
const panel = 'var(--vscode-sideBar-background, var(--vscode-editor-background))';
const edge =
  'var(--vscode-contrastBorder, var(--vscode-widget-border, var(--vscode-editorWidget-border, var(--vscode-descriptionForeground))))';
const button = 'var(--vscode-button-background)';
const onButton = 'var(--vscode-button-foreground)';

export type Color = keyof typeof colors;
/** A run of text in one colour. */
export type Run = readonly [text: string, color: Color];

export interface Line {
  readonly runs: readonly Run[];
  /** In steps of the tree; 0 by default. */
  readonly indent?: number;
  readonly size?: number;
  readonly bold?: boolean;
}

interface Box {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

const lineHeight = 23;
const width = 560;

/** One drawing, built from top to bottom. */
export class Picture {
  readonly #parts: string[] = [];
  #y = 12;

  /** A window with a title and lines in the editor's font. */
  window(title: string, lines: readonly Line[]): this {
    const box = this.#box(34 + lines.length * lineHeight + 14, page);
    this.#parts.push(rule(box.y + 30));
    this.#text({ runs: [[title, 'dim']] }, box.x + 14, box.y + 20, 'sans');
    this.#lines(lines, box.y + 52, 'mono');
    return this;
  }

  /** The tree of tokens. */
  tree(title: string, lines: readonly Line[]): this {
    const box = this.#box(34 + lines.length * lineHeight + 14, panel);
    this.#text({ runs: [[title, 'dim']], size: 11, bold: true }, box.x + 14, box.y + 21, 'sans');
    this.#lines(lines, box.y + 50, 'sans');
    return this;
  }

  /** A notification with its buttons. */
  notification(lines: readonly Line[], buttons: readonly string[]): this {
    const box = this.#box(26 + lines.length * lineHeight + 34, panel);
    this.#lines(lines, box.y + 28, 'sans');
    let right = box.x + box.width - 14;
    for (const label of [...buttons].reverse()) {
      const wide = label.length * 7.2 + 24;
      const y = box.y + box.height - 38;
      this.#parts.push(
        `<rect x="${right - wide}" y="${y}" width="${wide}" height="26" rx="3" fill="${button}" stroke="${edge}"/>`,
        `<text x="${right - wide / 2}" y="${y + 17}" text-anchor="middle" font-size="12" fill="${onButton}" ${font('sans')}>${escaped(label)}</text>`,
      );
      right -= wide + 10;
    }
    return this;
  }

  svg(label: string): string {
    const height = this.#y - 14 + 12;
    return [
      `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" role="img" aria-label="${escaped(label)}">`,
      ...this.#parts.map((part) => `  ${part}`),
      '</svg>',
      '',
    ].join('\n');
  }

  #box(height: number, fill: string): Box {
    const box = { x: 8, y: this.#y, width: width - 16, height };
    this.#parts.push(
      `<rect x="${box.x}" y="${box.y}" width="${box.width}" height="${height}" rx="6" fill="${fill}" stroke="${edge}"/>`,
    );
    this.#y += height + 14;
    return box;
  }

  #lines(lines: readonly Line[], top: number, family: 'sans' | 'mono'): void {
    lines.forEach((line, index) => {
      this.#text(line, 24 + (line.indent ?? 0) * 18, top + index * lineHeight, family);
    });
  }

  #text({ runs, size = 13, bold = false }: Line, x: number, y: number, family: 'sans' | 'mono'): void {
    const spans = runs.map(([text, color]) => `<tspan fill="${colors[color]}">${escaped(text)}</tspan>`);
    const weight = bold ? ' font-weight="600"' : '';
    this.#parts.push(
      `<text x="${x}" y="${y}" font-size="${size}"${weight} xml:space="preserve" ${font(family)}>${spans.join('')}</text>`,
    );
  }
}

function rule(y: number): string {
  return `<line x1="8" x2="${width - 8}" y1="${y}" y2="${y}" stroke="${edge}" stroke-opacity="0.5"/>`;
}

function font(family: 'sans' | 'mono'): string {
  return family === 'mono'
    ? 'font-family="var(--vscode-editor-font-family, monospace)"'
    : 'font-family="var(--vscode-font-family, sans-serif)"';
}

function escaped(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;');
}
