import { describe, expect, test } from 'vitest';
import { KeyturnError } from '../../../src/base/errors.ts';
import { dynamicValue } from '../../../src/httpfile/systemVariables/dynamicVariables.ts';
import type { Dialect } from '../../../src/httpfile/parse/tree.ts';
import { failure, nowMs, resolve, text } from '../support.ts';

const value = (expression: string, dialect: Dialect = 'jetbrains') =>
  dynamicValue(expression, { nowMs, dialect });

describe('variables that are made up', () => {
  test.each([
    ['$random.alphabetic(8)', /^[A-Za-z]{8}$/],
    ['$random.alphanumeric(20)', /^\w{20}$/],
    ['$random.hexadecimal(12)', /^[\dA-F]{12}$/],
    ['$random.hexadecimal', /^[\dA-F]{10}$/],
    ['$random.email', /^[a-z\d]+@example\.com$/],
    ['$random.uuid', /^[\da-f-]{36}$/],
    ['$random.bool', /^(?:true|false)$/],
    ['$random.name.firstName', /^[A-Z][a-z]+$/],
    ['$random.name.lastName', /^[A-Z][a-z]+$/],
    ['$random.name.fullName', /^[A-Z][a-z]+ [A-Z][a-z]+$/],
    ['$random.name.username', /^[a-z]+\.[a-z]+$/],
    ['$random.address.city', /^[A-Z][a-z]+$/],
    ['$random.address.country', /^[A-Z][a-z]+$/],
    ['$random.address.streetAddress', /^\d+ [A-Z][a-z]+ Street$/],
    ['$random.address.zipCode', /^\d{5}$/],
    ['$random.address.fullAddress', /^\d+ [^,]+, [^,]+, [^,]+$/],
    ['$random.company.name', /^[A-Z][a-z]+ [A-Z][a-z]+$/],
    ['$random.internet.emailAddress', /@example\.com$/],
    ['$random.internet.domainName', /^[a-z]{8}\.example\.com$/],
    ['$random.internet.url', /^https:\/\/[a-z]{8}\.example\.com$/],
    ['$random.internet.ipV4Address', /^192\.0\.2\.\d{1,3}$/],
    ['$random.internet.uuid', /^[\da-f-]{36}$/],
    ['$random.phoneNumber.phoneNumber', /^202-555-01\d\d$/],
    ['$random.phoneNumber.cellPhone', /^202-555-01\d\d$/],
    ['$random.lorem.word', /^[a-z]+$/],
    ['$random.lorem.sentence', /^[A-Z][a-z ]+\.$/],
  ])('%s', (expression, form) => {
    expect(value(expression)).toMatch(form);
  });

  test('numbers have one bound, two or none, and do not reach the upper one', () => {
    expect(value('$random.integer(5, 6)')).toBe('5');
    expect(value('$random.integer(1)')).toBe('0');
    expect(value('$randomInt 7 8')).toBe('7');
    for (let round = 0; round < 50; round++) {
      expect(Number(value('$random.integer'))).toBeLessThan(1000);
      expect(Number(value('$random.integer()'))).toBeLessThan(1000);
      const float = Number(value('$random.float(10.5, 10.75)'));
      expect(float).toBeGreaterThanOrEqual(10.5);
      expect(float).toBeLessThan(10.75);
      expect(Number(value('$random.float(0.5)'))).toBeLessThan(0.5);
    }
  });

  test("kulala's $randomInt has seven digits, and its $date is that of the local zone", () => {
    const numbers = Array.from({ length: 50 }, () => Number(value('$randomInt', 'kulala')));
    expect(Math.max(...numbers)).toBeGreaterThan(1000);
    expect(value('$date', 'kulala')).toMatch(/^2024-0[23]-\d\d$/);
  });

  test.each([
    '$random.alphabetic(0)',
    '$random.alphanumeric(-1)',
    '$random.hexadecimal(10001)',
    '$random.alphabetic(1, 2)',
    '$random.float(a, b)',
    '$random.float(2, 1)',
    '$random.integer(2, 1)',
    '$random.integer(1, 2, 3)',
    '$random.email(3)',
  ])('%s cannot be read', (expression) => {
    expect(() => value(expression)).toThrow(expect.objectContaining({ code: 'variable_invalid' }));
  });

  test.each(['$exampleServer', '$historyFolder', '$placeholder'])('%s is refused with a reason', (name) => {
    expect(() => value(name)).toThrow(KeyturnError);
    expect(() => value(name)).toThrow(`{{${name}}} has no value: `);
  });

  test.each(['$random.beer.name', '$random.constructor', '$randomWord', '$constructor'])(
    '%s is unknown, and named',
    async (name) => {
      expect(value(name)).toBeNull();
      expect(await failure(`GET https://a.org/{{${name}}}`)).toMatchObject({
        code: 'unsupported',
        message: `{{${name}}} on line 1 is not supported yet.`,
      });
    },
  );

  test('$projectRoot is the folder at which a search upward ends, also in the path of a body', async () => {
    const request = await resolve(
      'POST https://a.org\nA: {{$projectRoot}}b\n\n< {{$projectRoot}}project/body.json',
      {
        dialect: 'jetbrains',
        contents: { '/project/body.json': '{}' },
      },
    );
    expect(request.headers).toEqual([['A', '/b']]);
    expect(text(request.body)).toBe('{}');
  });
});
