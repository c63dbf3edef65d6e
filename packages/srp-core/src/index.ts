export { findGroup, type Group, type GroupName } from './group.ts';
