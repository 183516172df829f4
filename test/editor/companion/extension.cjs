'use strict';

exports.activate = ({ secrets }) => ({ secrets });
