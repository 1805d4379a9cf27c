"""Names the formats of files that hold tables but are not read, and what to save instead."""

from __future__ import annotations

from mlops_desktop.base.errors import UserError
from mlops_desktop.serving.message import as_message, msg

_FORMATS = {
    ".rds": "a file of R",
    ".rda": "a file of R",
    ".rdata": "a file of R",
    ".mat": "a file of MATLAB",
    ".h5": "an HDF5 file",
    ".hdf5": "an HDF5 file",
    ".hdf": "an HDF5 file",
    ".nc": "a NetCDF file",
    ".pkl": "a pickle of Python, which can run code when it is opened",
    ".pickle": "a pickle of Python, which can run code when it is opened",
    ".joblib": "a pickle of Python, which can run code when it is opened",
    ".npy": "an array of NumPy",
    ".npz": "an array of NumPy",
    ".avro": "an Avro file",
    ".mdb": "a database of Access",
    ".accdb": "a database of Access",
    ".numbers": "a file of Apple Numbers",
    ".pdf": "a PDF",
    ".doc": "a text document",
    ".docx": "a text document",
    ".odt": "a text document",
    ".rtf": "a text document",
    ".xml": "an XML file",
    ".fods": "a spreadsheet of another program",
    ".xlt": "a spreadsheet of another program",
    ".xlr": "a spreadsheet of another program",
    ".wk1": "a spreadsheet of another program",
    ".wks": "a spreadsheet of another program",
    ".123": "a spreadsheet of another program",
    ".dif": "a spreadsheet of another program",
    ".slk": "a spreadsheet of another program",
    ".sas7bcat": "a catalogue of SAS formats, which holds no rows",
    ".spv": "an output of SPSS, which holds no rows",
    ".shp": "a shapefile, whose table is in a .dbf file",
    ".shx": "a shapefile, whose table is in a .dbf file",
    ".qvd": "a file of Qlik",
    ".hyper": "an extract of Tableau",
    ".tde": "an extract of Tableau",
    ".pbix": "a report of Power BI",
    ".sql": "a dump of a database",
    ".dump": "a dump of a database",
    ".yaml": "a YAML file",
    ".yml": "a YAML file",
    ".tdms": "a measurement file of LabVIEW",
    ".mf4": "a measurement file (MDF)",
    ".mdf": "a measurement file (MDF)",
    ".edf": "a recording of biosignals (EDF)",
    ".rar": "an archive of another kind than .zip",
    ".7z": "an archive of another kind than .zip",
    ".tar": "an archive of another kind than .zip",
    ".tgz": "an archive of another kind than .zip",
    ".png": "a picture",
    ".jpg": "a picture",
    ".jpeg": "a picture",
}
_USUAL = "Save its table as .csv, .xlsx or .parquet in the program that wrote it."
_PICKLE = "a pickle of Python, which can run code when it is opened"
_REMEDIES = {
    "a file of R": "In R: write.csv(data, “data.csv”, row.names = FALSE).",
    "a file of MATLAB": "In MATLAB: writetable(T, “data.csv”).",
    _PICKLE: "If you trust it: pandas.read_pickle(…).to_parquet(“data.parquet”) in Python.",
    "an array of NumPy": "In Python: pandas.DataFrame(numpy.load(…)).to_csv(“data.csv”, index=False).",
    "an HDF5 file": "In Python: pandas.read_hdf(…).to_parquet(“data.parquet”).",
    "a PDF": "Ask for the table itself, or copy it into a spreadsheet program and save that as .csv.",
    "a text document": "Copy its table into a spreadsheet program and save that as .csv.",
    "a picture": "Ask for the table itself: a picture holds no cells.",
    "a catalogue of SAS formats, which holds no rows": "Choose the .sas7bdat file.",
    "a shapefile, whose table is in a .dbf file": "Choose the .dbf file of the same name.",
    "an archive of another kind than .zip": "Unpack it first.",
    "a dump of a database": "Load it into a database and give its address, or export the table as .csv.",
}


def refuse_known_format(name: str) -> None:
    """UserError when the ending of a file is that of a format which is known and not read."""
    ending = next((ending for ending in _FORMATS if name.lower().endswith(ending)), "")
    if ending:
        found = _FORMATS[ending]
        raise UserError(msg("“{name}” is {format}, which is not read.", name=name, format=as_message(found)), _REMEDIES.get(found, _USUAL))
