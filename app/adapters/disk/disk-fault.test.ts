import { expect, test } from 'vitest';
import { diskFault } from './disk-fault.ts';

const saying = (code: string): Error => Object.assign(new Error(code), { code, errno: -1 });
const told = (code: string, doing: 'read' | 'written') => {
  const { code: fault, retry, message } = diskFault(saying(code), 'a/file', doing);
  return { fault, retry, message };
};

test('edge 32: a file that another program holds is tried again later, and said to be in use', () => {
  expect(told('EBUSY', 'read')).toMatchObject({ fault: 'file-unreadable', retry: 'later' });
  expect(told('EBUSY', 'written').message).toContain('another program is using it');
  expect(told('ETXTBSY', 'written').retry).toBe('later');
});

test('edge 47: a disk that cannot read a place says so for that file, and later may do', () => {
  expect(told('EIO', 'read')).toMatchObject({ fault: 'file-unreadable', retry: 'later' });
  expect(told('EIO', 'read').message).toContain('a/file');
});

test('edge 58: too many open files are trouble of the moment', () => {
  for (const code of ['EMFILE', 'ENFILE']) expect(told(code, 'read').retry).toBe('later');
});

test('edge 78: a disk that is read-only needs its user', () => {
  expect(told('EROFS', 'written')).toMatchObject({ fault: 'disk-failed', retry: 'after-user' });
});

test('edge 10: a name that this disk has no room for is told, and never tried again', () => {
  expect(told('ENAMETOOLONG', 'written')).toMatchObject({ fault: 'name-unsafe', retry: 'never' });
});

test('what is no trouble of a disk is not made one', () => {
  expect(() => diskFault(new TypeError('a bug'), 'a', 'read')).toThrow('a bug');
});
