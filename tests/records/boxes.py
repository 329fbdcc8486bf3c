"""A list of boxes as it comes from a store."""

GOOD = """site,room,bay,box,file,volume,title,dates,pages,first_folio,last_folio
Town Hall,Basement,3,14,SS-85,1,Committee minutes,1985-1987,20,1,20
Town Hall,Basement,3,14,SS-85,2,Committee minutes,1987-1990,5,,
Town Hall,Basement,3,15,,,"Log books, Tŷ Gwŷr",1990s,,,
""".encode()
