"""Operations, one file each: steps that change columns, fitted on the training part of each fold."""
